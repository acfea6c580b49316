import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctionCode, makeBundle } from '../../lib/constructs/bundle-function-code.ts';
import { layFunctionCode } from '../../lib/constructs/lay-function-code.ts';
import { GREETING_ENTRY, temporaryFolder } from './synthesize.ts';

function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

function bundle(): string {
  const folder = temporaryFolder();
  layFunctionCode({ entry: GREETING_ENTRY, files: { 'configuration.json': '{"name":"x"}' } }, folder);
  return folder;
}

describe('a function bundle', () => {
  let folder: string;
  let files: Record<string, string>;
  beforeAll(() => {
    folder = bundle();
    files = readFolder(folder);
  });

  it('runs by itself, chunks and CommonJS dependencies included', () => {
    const url = JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href);
    const code = `import(${url}).then(({ handler }) => handler()).then((greeting) => process.stdout.write(greeting))`;
    expect(execFileSync('node', ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' })).toBe(
      'Hello naïve, this is production!',
    );
  });

  it('has what is imported when first used in a chunk of its own', () => {
    expect(Object.keys(files).filter((name) => /^punctuate-\w+\.mjs$/.test(name))).toHaveLength(1);
    expect(files['index.mjs']).not.toContain('node:util');
  });

  it('has the files that were asked for beside it', () => {
    expect(files['configuration.json']).toBe('{"name":"x"}');
  });

  it('has a source map of every module, which names its sources but does not repeat them', () => {
    for (const name of Object.keys(files).filter((file) => file.endsWith('.mjs'))) {
      expect(files[name]).toContain(`//# sourceMappingURL=${name}.map`);
      expect(JSON.parse(files[`${name}.map`] ?? '')).not.toHaveProperty('sourcesContent');
    }
    expect(JSON.parse(files['index.mjs.map'] ?? '').sources).toContain(`../../${GREETING_ENTRY}`);
  });

  it('tells nothing about the machine that it was made on', () => {
    expect(Object.values(files).join('\n')).not.toContain(process.cwd());
  });

  it('is minified, without comments', () => {
    expect(files['index.mjs']).not.toContain('licence');
    expect(files['index.mjs']).toContain('naïve');
    expect(files['index.mjs']?.trim().split('\n').length).toBeLessThan(5);
  });

  it('is taken as it is where it lies already made, as in the published package', () => {
    const entry = join(folder, 'handler.ts');
    const copy = temporaryFolder();
    layFunctionCode({ entry, files: { 'configuration.json': '{"name":"y"}' } }, copy);
    expect(readFolder(copy)).toEqual({ ...files, 'configuration.json': '{"name":"y"}' });
  });

  it('has the same bytes each time, whether it was kept or is made anew', () => {
    const { 'configuration.json': _configuration, ...bundled } = files;
    for (const makes of [1, 2]) {
      const anew = temporaryFolder();
      makeBundle(GREETING_ENTRY, anew);
      expect(readFolder(anew), `made ${makes} times`).toEqual(bundled);
    }
    expect(readFolder(bundle())).toEqual(files);
  });

  it('is made anew when a source changes, and when what was kept is damaged', () => {
    const source = join(temporaryFolder(), 'handler.ts');
    const write = (text: string) => writeFileSync(source, `export const handler = () => '${text}';`);
    const made = () => {
      const output = temporaryFolder();
      bundleFunctionCode(source, output);
      return readFileSync(join(output, 'index.mjs'), 'utf8');
    };
    write('one');
    expect([made(), made()].every((code) => code.includes('one'))).toBe(true);
    write('two');
    expect([made(), made()].every((code) => code.includes('two'))).toBe(true);
    for (const kept of readdirSync('node_modules/.cache/openclaw/bundles', { recursive: true })) {
      const file = join('node_modules/.cache/openclaw/bundles', String(kept));
      if (file.endsWith('index.mjs') && readFileSync(file, 'utf8').includes('two'))
        writeFileSync(file, 'cut');
    }
    expect(made()).toContain('two');
  });

  it('fails where the source does not compile, saying where', () => {
    const broken = join(temporaryFolder(), 'handler.ts');
    writeFileSync(broken, 'export const handler = ;');
    expect(() => layFunctionCode({ entry: broken, files: {} }, temporaryFolder())).toThrow(
      /handler\.ts:1:23: ERROR: Unexpected ";"/,
    );
  });
});

describe('the bundle of a function that decides by policies', () => {
  const folder = temporaryFolder();
  beforeAll(() =>
    layFunctionCode({ entry: 'test/fixtures/functions/policies/handler.ts', files: {} }, folder),
  );

  it('has the engine, which works from there, and loads it only with a policy', () => {
    const names = readdirSync(folder);
    expect(names).toContain('cedar_wasm_bg.wasm');
    expect(names).toContain('openclaw.cedarschema');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).not.toContain('cedar_wasm_bg.wasm');
    const run = (policy: string): unknown => {
      const url = JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href);
      const code = `import(${url}).then(({ handler }) => handler(${JSON.stringify(policy)})).then((answer) => process.stdout.write(JSON.stringify(answer)))`;
      return JSON.parse(
        execFileSync('node', ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' }),
      );
    };
    expect(run('forbid (principal, action == OpenClaw::Action::"tune", resource);')).toEqual({
      allowed: false,
      policyIds: ['a'],
    });
    expect(run('forbid (')).toEqual({ errors: [{ line: 1, column: 9 }] });
  });

  it('of another function has none of it', () => {
    expect(readdirSync(bundle())).not.toContain('cedar_wasm_bg.wasm');
  });
});
