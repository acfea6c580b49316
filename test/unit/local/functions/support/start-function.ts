import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FunctionDefinition } from '../../../../../lib/local/functions/function-definition.ts';
import { FunctionHost } from '../../../../../lib/local/functions/function-host.ts';
import type { StreamingResult } from '../../../../../lib/local/functions/invocation.ts';

/** Writes a bundle into a folder of its own, which goes when the test ends. */
export function writeBundle(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-function-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A function made of the bundle in this folder. */
export function definitionOf(
  codeDirectory: string,
  overrides: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    logicalId: 'Greeter',
    functionName: 'greeter',
    arn: 'arn:aws:lambda:eu-west-1:123456789012:function:greeter',
    roleArn: 'arn:aws:iam::123456789012:role/greeter',
    logGroupName: '/aws/lambda/greeter',
    handler: 'index.handler',
    codeDirectory,
    environment: {},
    timeoutMs: 30_000,
    memoryMb: 256,
    region: 'eu-west-1',
    ...overrides,
  };
}

/** A host of the function whose `index.mjs` is given, with the lines that it logs. It stops when the test ends. */
export function startFunction(
  code: string,
  overrides: Partial<FunctionDefinition> & { readonly graceMs?: number } = {},
): { host: FunctionHost; log: string[] } {
  const { graceMs, ...definition } = overrides;
  const log: string[] = [];
  const host = new FunctionHost(definitionOf(writeBundle({ 'index.mjs': code }), definition), {
    onLog: (line) => log.push(line),
    ...(graceMs !== undefined && { graceMs }),
  });
  onTestFinished(() => host.stop());
  return { host, log };
}

/** Reads a streamed response to its end. */
export function readAll({ body }: StreamingResult): Promise<string> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    body.read({
      onBytes: (bytes) => chunks.push(bytes),
      onEnd: () => resolve(Buffer.concat(chunks).toString()),
      onError: reject,
    });
  });
}

/** Waits until something holds, at most the given time. */
export async function eventually(holds: () => boolean, limitMs = 5_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It did not come to hold in time.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
