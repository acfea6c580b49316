import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { createApp } from '../../lib/stacks/create-app.ts';

/** A function small enough to bundle in every test. */
export const GREETING_ENTRY = 'test/fixtures/functions/greeting/handler.ts';

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Synthesizes the app with a stand-in for the API's code and returns the template of a stack, as written. */
export function synthesize(input: ConfigurationInput = {}) {
  const outdir = temporaryFolder();
  const app = createApp(parseConfiguration(input, 'test.config.ts'), { outdir, apiEntry: GREETING_ENTRY });
  const assembly = app.synth();
  return {
    outdir,
    stackNames: assembly.stacks.map(({ stackName }) => stackName),
    stacks: assembly.stacks,
    template(stackName: string): Template {
      return Template.fromJSON(JSON.parse(readFileSync(join(outdir, `${stackName}.template.json`), 'utf8')));
    },
  };
}

/** The environment of a machine that knows nothing of AWS: no credentials, region, profile or home. */
export function bareEnvironment(variables: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: tmpdir(), CDK_VALIDATION: 'false', ...variables };
}
