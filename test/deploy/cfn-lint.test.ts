import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { virtualEnvironment } from './support/synthesize-for-moto.ts';

/** Rules of cfn-lint that are not kept, and why. */
const ignored: Readonly<Record<string, string>> = {
  W3005: 'the CDK writes a DependsOn beside a reference that implies it',
};

const configurations: Readonly<Record<string, ConfigurationInput>> = {
  'the smallest deployment': {},
  'a deployment with hosted models': {
    account: '111122223333',
    region: 'eu-west-1',
    providers: {
      hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
      bedrock: { kind: 'bedrock' },
    },
    models: {
      small: { targets: [{ provider: 'hosted', model: 'gpt' }] },
      large: { targets: [{ provider: 'bedrock', model: 'eu.anthropic.claude-4:0' }] },
    },
  },
};

describe('cfn-lint', { timeout: 60_000 }, () => {
  it.each(Object.entries(configurations))('finds nothing wrong with %s', (_, configuration) => {
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
