import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { configurations } from '../infra/configurations.ts';
import { deployments } from '../mutation/deployments.ts';
import { virtualEnvironment } from './support/synthesize-for-moto.ts';

/** Rules of cfn-lint that are not kept, and why. */
const ignored: Readonly<Record<string, string>> = {
  W3005: 'the CDK writes a DependsOn beside a reference that implies it',
};

describe('cfn-lint', { timeout: 60_000 }, () => {
  it.each(
    Object.entries({
      ...configurations,
      isolated: deployments('https://models.example').isolated.configuration,
    }),
  )('finds nothing wrong with the deployment %s', (_, configuration) => {
    const outdir = mkdtempSync(join(tmpdir(), 'openclaw-lint-'));
    createApp(parseConfiguration(configuration, 'test'), { outdir }).synth();
    const templates = readdirSync(outdir)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(outdir, file));
    expect(templates.length).toBeGreaterThan(1);
    const { stdout, stderr } = spawnSync(
      join(virtualEnvironment(), 'bin/cfn-lint'),
      ['--format', 'json', '--ignore-checks', ...Object.keys(ignored), '--template', ...templates],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
