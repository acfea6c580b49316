import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Template } from '../../../../lib/local/assembly/template.ts';

export interface StackFixture {
  readonly template: Template;
  readonly dependsOn?: readonly string[];
  /** Such as `aws://123456789012/eu-west-1`. */
  readonly environment?: string;
  /** Files of a code asset, by the asset's object key. */
  readonly assets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A folder that goes when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'openclaw-local-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a cloud assembly as `cdk synth` lays it out. */
export async function writeAssembly(
  directory: string,
  stacks: Readonly<Record<string, StackFixture>>,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const artifacts: Record<string, object> = {};
  for (const [name, { template, dependsOn = [], environment, assets = {} }] of Object.entries(stacks)) {
    const files: Record<string, object> = {};
    for (const [objectKey, contents] of Object.entries(assets)) {
      const folder = `asset.${objectKey.replace('.zip', '')}`;
      await mkdir(join(directory, folder), { recursive: true });
      for (const [file, text] of Object.entries(contents))
        await writeFile(join(directory, folder, file), text);
      files[objectKey] = {
        source: { path: folder, packaging: 'zip' },
        destinations: { current: { bucketName: 'assets', objectKey } },
      };
    }
    await writeFile(join(directory, `${name}.template.json`), JSON.stringify(template));
    await writeFile(join(directory, `${name}.assets.json`), JSON.stringify({ files }));
    artifacts[`${name}.assets`] = {
      type: 'cdk:asset-manifest',
      properties: { file: `${name}.assets.json` },
    };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: environment ?? 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
      dependencies: [`${name}.assets`, ...dependsOn],
    };
  }
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ artifacts }));
  return directory;
}
