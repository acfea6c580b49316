import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureBundle } from '../../../bench/gateway/measures/bundle-size.ts';

const files = {
  'index.mjs': `import"./first.mjs";import fs from"node:fs";export const later=()=>import("./later.mjs");later(fs);`,
  'first.mjs': 'import"./shared.mjs";console.log("a statement");',
  'shared.mjs': 'console.log("shared");',
  'later.mjs': 'import"./shared.mjs";console.log("much that is loaded when first used");',
  'index.mjs.map': '{}'.padEnd(10_000),
};

describe('the size of a bundle', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-size-'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('counts what the entry imports statically as loaded at start, and no source maps', async () => {
    const atStartBytes = files['index.mjs'].length + files['first.mjs'].length + files['shared.mjs'].length;
    expect(await measureBundle(join(folder, 'index.mjs'))).toEqual({
      atStartBytes,
      totalBytes: atStartBytes + files['later.mjs'].length,
      modules: 4,
    });
  });
});
