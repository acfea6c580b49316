import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeOtherAssemblies, synthesize } from '../../../lib/cli/synthesize.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

/** Stands in for the CDK app: writes the configuration's name, or fails as the app does, or takes its time. */
const app = `
  import { mkdir, readFile, writeFile } from 'node:fs/promises';
  const { CDK_OUTDIR, OPENCLAW_CONFIG } = process.env;
  const { default: configuration } = await import(OPENCLAW_CONFIG);
  await mkdir(CDK_OUTDIR);
  if (configuration.wrong) {
    console.error('wrong: there is no such key');
    process.exit(1);
  }
  if (configuration.slow) await new Promise((resolve) => setTimeout(resolve, 10_000));
  if (configuration.edited) await writeFile(OPENCLAW_CONFIG, 'export default { name: "edited" };');
  await writeFile(CDK_OUTDIR + '/manifest.json', JSON.stringify(configuration));
`;

async function fixture(configuration: string) {
  const directory = await temporaryDirectory();
  const appFile = join(directory, 'app.mjs');
  await writeFile(appFile, app);
  const configurationFile = join(directory, 'openclaw.config.ts');
  await writeFile(configurationFile, configuration);
  const assembliesDirectory = join(directory, 'cdk.out');
  return {
    assembliesDirectory,
    configurationFile,
    run: (signal = new AbortController().signal) =>
      synthesize({ configurationFile, assembliesDirectory, signal, app: appFile }),
  };
}

describe('a synthesis', () => {
  it('is done once for the same sources, and again for others', async () => {
    const { run, assembliesDirectory, configurationFile } = await fixture(`export default { name: 'one' };`);
    const first = await run();
    await access(join(first, 'manifest.json'));
    // What was synthesized before is taken without a look at the app: this file would not survive another synthesis.
    await writeFile(join(first, 'mark'), '');
    expect(await run()).toBe(first);
    await access(join(first, 'mark'));
    await writeFile(configurationFile, `export default { name: 'two' };`);
    const second = await run();
    expect(second).not.toBe(first);
    expect(await readFile(join(second, 'manifest.json'), 'utf8')).toBe('{"name":"two"}');
    expect(await readdir(assembliesDirectory)).toHaveLength(2);
  });

  it('is done again for a configuration that reads the environment', async () => {
    const { run } = await fixture(`export default { name: process.env.NOBODY ?? 'one' };`);
    expect(await run()).not.toBe(await run());
  });

  it('is done again where the sources change meanwhile', async () => {
    const { run } = await fixture('export default { edited: true };');
    expect(await readFile(join(await run(), 'manifest.json'), 'utf8')).toBe('{"name":"edited"}');
  });

  it('fails with what the app says, and leaves nothing behind', async () => {
    const { run, assembliesDirectory } = await fixture('export default { wrong: 1 };');
    await expect(run()).rejects.toThrow('wrong: there is no such key');
    expect(await readdir(assembliesDirectory)).toEqual([]);
  });

  it('ends early, and leaves nothing behind', async () => {
    const { run, assembliesDirectory } = await fixture('export default { slow: true };');
    const controller = new AbortController();
    const running = run(controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(assembliesDirectory)).toEqual([]);
  });
});

describe('former assemblies', () => {
  it('go, but for those in use', async () => {
    const directory = await temporaryDirectory();
    const folders = ['a', 'b', 'c.unfinished-1'].map((name) => join(directory, name));
    for (const folder of folders) await mkdir(folder);
    await removeOtherAssemblies(directory, [join(directory, 'b')]);
    expect(await readdir(directory)).toEqual(['b']);
  });
});
