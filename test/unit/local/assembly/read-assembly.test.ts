import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAssembly } from '../../../../lib/local/assembly/read-assembly.ts';
import { temporaryDirectory, writeAssembly } from '../support/write-assembly.ts';

const stack = { template: { Resources: {} } };

describe('an assembly', () => {
  it('gives a stack after those that it depends on', async () => {
    const directory = await writeAssembly(await temporaryDirectory(), {
      Last: { ...stack, dependsOn: ['Middle', 'First'] },
      Middle: { ...stack, dependsOn: ['First'] },
      First: stack,
    });
    const { stacks } = await readAssembly(directory);
    expect(stacks.map(({ name }) => name)).toEqual(['First', 'Middle', 'Last']);
  });

  it('knows where each asset lies, and the environment where there is one', async () => {
    const directory = await writeAssembly(await temporaryDirectory(), {
      Fixed: {
        ...stack,
        environment: 'aws://123456789012/eu-west-1',
        assets: { 'abc.zip': { 'index.mjs': '' } },
      },
      Open: stack,
    });
    const [fixed, open] = (await readAssembly(directory)).stacks;
    expect(fixed).toMatchObject({ account: '123456789012', region: 'eu-west-1' });
    expect(fixed?.assets.get('abc.zip')).toBe(join(directory, 'asset.abc'));
    expect(open).toMatchObject({ account: undefined, region: undefined });
  });

  it.each<[string, (directory: string) => Promise<void>, string]>([
    [
      'a folder without a manifest',
      (directory) => rm(join(directory, 'manifest.json')),
      'manifest.json: ENOENT',
    ],
    [
      'a manifest that is no JSON',
      (directory) => writeFile(join(directory, 'manifest.json'), '{'),
      'manifest.json',
    ],
    [
      'a manifest that is a list',
      (directory) => writeFile(join(directory, 'manifest.json'), '[]'),
      'not a JSON object',
    ],
    [
      'a manifest without stacks',
      (directory) => writeFile(join(directory, 'manifest.json'), '{"artifacts":{}}'),
      'it has no stack',
    ],
    [
      'a missing template',
      (directory) => rm(join(directory, 'Shop.template.json')),
      'Shop.template.json: ENOENT',
    ],
    ['stacks in a circle', circle, 'depends on itself'],
  ])('is refused for %s', async (_what, breakIt, message) => {
    const directory = await writeAssembly(await temporaryDirectory(), { Shop: stack });
    await breakIt(directory);
    const reading = readAssembly(directory);
    await expect(reading).rejects.toMatchObject({
      code: 'broken-assembly',
      message: expect.stringContaining(message),
    });
  });
});

async function circle(directory: string): Promise<void> {
  await writeAssembly(directory, { A: { ...stack, dependsOn: ['B'] }, B: { ...stack, dependsOn: ['A'] } });
}
