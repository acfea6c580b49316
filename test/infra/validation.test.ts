import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { configurationNames, configurations } from './configurations.ts';
import { STAND_INS, temporaryFolder } from './synthesize.ts';

describe('the rules of CloudFormation Validate', () => {
  it('are errors', () => {
    expect(cdk.context).toHaveProperty('@aws-cdk/core:validateAgainstDefaultRules', true);
  });

  it.each(configurationNames)('and the own rules find nothing in the configuration %s', (name) => {
    const outdir = temporaryFolder();
    vi.stubEnv('CDK_VALIDATION', 'true');
    createApp(parseConfiguration(configurations[name], `${name}.config.ts`), {
      outdir,
      ...STAND_INS,
      checkOwnRules: true,
    }).synth();
    vi.unstubAllEnvs();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    const plugins: { violations: unknown[] }[] = report.pluginReports;
    expect(plugins.flatMap(({ violations }) => violations)).toEqual([]);
  });
});
