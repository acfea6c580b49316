import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEnvironmentFile } from '../../../lib/cli/environment-file.ts';
import { repositoryRoot } from '../../../lib/cli/repository-root.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

function configuration(...aliases: readonly string[]): string {
  const target = { provider: 'builtin', model: 'openclaw-extract' };
  const models = Object.fromEntries(aliases.map((alias) => [alias, { targets: [target] }]));
  return `export default ${JSON.stringify({ providers: { builtin: { kind: 'openclaw-extract' } }, models })};`;
}

async function startWatching(config: string, data: string) {
  const args = ['bin/openclaw.ts', 'dev', '--watch', '--port', '0', '--data', data, '--config', config];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  const printed = async (pattern: RegExp) => {
    await expect.poll(() => output, { timeout: 15_000, interval: 20 }).toMatch(pattern);
  };
  await printed(/ready at/);
  await printed(/Watching/);
  const environment = await readEnvironmentFile(join(data, 'env'));
  const listModels = async (): Promise<string[]> => {
    const answer = await fetch(`${environment.OPENAI_BASE_URL}/models`, {
      headers: { authorization: `Bearer ${environment.OPENAI_API_KEY}` },
    });
    const { data: models } = (await answer.json()) as { data: { id: string }[] };
    return models.map(({ id }) => id).sort();
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    return code as number | null;
  };
  return { printed, listModels, stop };
}

describe('openclaw dev --watch', () => {
  it('takes a change over, and keeps the former code for a broken one', async () => {
    const directory = await temporaryDirectory();
    const config = join(directory, 'openclaw.config.ts');
    await writeFile(config, configuration('one'));
    const { printed, listModels, stop } = await startWatching(config, join(directory, 'data'));
    expect(await listModels()).toEqual(['one']);
    await writeFile(config, configuration('one', 'two'));
    await printed(/Reloaded/);
    expect(await listModels()).toEqual(['one', 'two']);
    await writeFile(config, 'export default { modelz: {} };');
    await printed(/Not reloaded, the former code runs on:[\s\S]*modelz: there is no such key/);
    expect(await listModels()).toEqual(['one', 'two']);
    expect(await stop()).toBe(0);
  }, 60_000);
});
