import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { createApp } from '../../lib/stacks/create-app.ts';

/** A function small enough to bundle in every test. */
export const GREETING_ENTRY = 'test/fixtures/functions/greeting/handler.ts';

/** Stands in for the code of all functions. */
export const STAND_INS = {
  apiEntry: GREETING_ENTRY,
  workerEntry: GREETING_ENTRY,
  sweeperEntry: GREETING_ENTRY,
};

const folders: string[] = [];

/** A folder that goes when the tests of the file have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Synthesizes the app with a stand-in for the functions' code and returns the template of a stack, as written. */
export function synthesize(input: ConfigurationInput = {}) {
  const outdir = temporaryFolder();
  const app = createApp(parseConfiguration(input, 'test.config.ts'), { outdir, ...STAND_INS });
  const assembly = app.synth();
  return {
    outdir,
    stackNames: assembly.stacks.map(({ stackName }) => stackName),
    assembly,
    stacks: assembly.stacks,
    template(stackName: string): Template {
      return Template.fromJSON(JSON.parse(readFileSync(join(outdir, `${stackName}.template.json`), 'utf8')));
    },
  };
}
