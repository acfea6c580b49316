import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './synthesize.ts';

/** Runs `node bin/app.ts` on a machine that knows nothing of AWS: no credentials, region, profile or home. */
function runApp(variables: Record<string, string>) {
  const { status, stderr } = spawnSync('node', ['bin/app.ts'], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), CDK_VALIDATION: 'false', ...variables },
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('node bin/app.ts', () => {
  it('synthesizes this repository without credentials', () => {
    const outdir = temporaryFolder();
    expect(runApp({ CDK_OUTDIR: outdir })).toMatchObject({ status: 0 });
    const files = readdirSync(outdir);
    expect(files).toContain('OpenClaw-Data.template.json');
    expect(files).toContain('OpenClaw-Api.template.json');
  });

  it('lays the configuration, defaults filled in, beside the function', () => {
    const folder = temporaryFolder();
    const config = join(folder, 'team.config.ts');
    writeFileSync(config, `export default { name: 'team' };`);
    const outdir = join(folder, 'cdk.out');
    runApp({ CDK_OUTDIR: outdir, OPENCLAW_CONFIG: config });
    const asset = readdirSync(outdir).find((file) => file.startsWith('asset.')) ?? '';
    const configuration = JSON.parse(readFileSync(join(outdir, asset, 'configuration.json'), 'utf8'));
    expect(configuration).toMatchObject({ name: 'team', environment: 'dev', pingIntervalMs: 10_000 });
  });

  it.each([
    ['a bad key', `export default { nam: 'x' };`, 'nam: there is no such key; known keys: account,'],
    ['a syntax error', `export default {\n  name: 'x',,\n};`, `:2\nexport default {\n  name: 'x',,`],
  ])('ends with code 1 and only the reason for a configuration with %s', (_, source, reason) => {
    const folder = temporaryFolder();
    const config = join(folder, 'broken.config.ts');
    writeFileSync(config, source);
    const { status, stderr } = runApp({ CDK_OUTDIR: join(folder, 'cdk.out'), OPENCLAW_CONFIG: config });
    expect(status).toBe(1);
    expect(stderr).toContain(config);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(folder, 'cdk.out'))).toBe(false);
  });
});
