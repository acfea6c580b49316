import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/config/configuration-error.ts';
import { loadConfiguration, parseConfiguration } from '../../../lib/config/load-configuration.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function writeConfiguration(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

async function failureOf(loading: Promise<unknown>): Promise<ConfigurationError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigurationError)) throw new Error(`expected a ConfigurationError, got ${error}`);
  return error;
}

describe('loadConfiguration', () => {
  it('reads a TypeScript file and fills in the defaults', async () => {
    const file = writeConfiguration(
      'good.config.ts',
      `const name: string = 'team';\nexport default { name };`,
    );
    const configuration = await loadConfiguration(file);
    expect(configuration.name).toBe('team');
    expect(configuration.limits.maxBodyBytes).toBe(20 * 1024 * 1024);
    expect(Object.keys(configuration.models)).toEqual(['openclaw-extract']);
  });

  it('reads the configuration of this repository', async () => {
    await expect(loadConfiguration('openclaw.config.ts')).resolves.toMatchObject({ name: 'openclaw' });
  });

  it('says so where there is no file', async () => {
    const error = await failureOf(loadConfiguration(join(folder, 'absent.config.ts')));
    expect(error.message).toBe(
      `there is no readable configuration file at ${join(folder, 'absent.config.ts')}; \`npx openclaw init\` writes one`,
    );
  });

  it('says so where the path is a folder', async () => {
    const error = await failureOf(loadConfiguration(folder));
    expect(error.message).toBe(`the configuration ${folder} is not a file`);
  });

  it('says what to write where there is no default export', async () => {
    const file = writeConfiguration('named.config.ts', `export const configuration = {};`);
    const error = await failureOf(loadConfiguration(file));
    expect(error.message).toContain('has no default export; write: export default defineConfig(');
  });

  it.each([
    ['a syntax error', `export default {\n  name: 'x',,\n};`, /cannot be loaded: /],
    [
      'an import that is not there',
      `import './absent.ts';\nexport default {};`,
      /cannot be loaded: .*absent\.ts/s,
    ],
    ['code that throws', `throw new Error('no weather today');`, /cannot be loaded: no weather today/],
  ])('says why a file with %s cannot be loaded', async (description, source, expected) => {
    const file = writeConfiguration(`${description.replaceAll(' ', '-')}.config.ts`, source);
    const error = await failureOf(loadConfiguration(file));
    expect(error.message).toMatch(expected);
    expect(error.message).toContain(file);
    expect(error.cause).toBeDefined();
  });
});

const openaiTarget = { provider: 'p', model: 'm' };

describe('parseConfiguration', () => {
  it.each<[string, unknown, string, string]>([
    [
      'a value of the wrong form',
      { name: 'Team' },
      'name',
      'use lower-case letters, digits and hyphens, starting with a letter',
    ],
    [
      'a value of the wrong type',
      { limits: { maxJsonDepth: '9' } },
      'limits.maxJsonDepth',
      'expected number, not string',
    ],
    ['a missing key', { models: { m: {} } }, 'models.m.targets', 'missing; expected array'],
    [
      'an unknown key',
      { circuitBreaker: { openMilliseconds: 1 } },
      'circuitBreaker.openMilliseconds',
      'there is no such key; known keys: failureThreshold, openMs',
    ],
    [
      'an unknown provider kind',
      { providers: { p: { kind: 'opnai' } } },
      'providers.p.kind',
      'expected one of "openai", "sagemaker", "anthropic", "google", "bedrock", "openclaw-extract"',
    ],
    [
      'an unknown strategy',
      { models: { m: { targets: [{ provider: 'builtin', model: 'm' }], strategy: 'cheap' } } },
      'models.m.strategy',
      'expected one of "priority", "weighted", "least-latency", "lowest-cost"',
    ],
    [
      'a name that no model may have',
      { models: { 'gpt 4': { targets: [{ provider: 'builtin', model: 'm' }] } } },
      'models["gpt 4"]',
      'use letters, digits and . : / @ _ -',
    ],
    [
      'a target without its provider',
      { models: { 'gpt-4.1': { targets: [openaiTarget] } } },
      'models["gpt-4.1"].targets[0].provider',
      'there is no provider "p"; providers: builtin',
    ],
    [
      'a price with a part missing',
      { models: { m: { targets: [{ provider: 'builtin', model: 'm', price: { inputPerMillionUsd: 1 } }] } } },
      'models.m.targets[0].price.outputPerMillionUsd',
      'missing; expected number',
    ],
    [
      'an address that is none',
      { providers: { builtin: { kind: 'openai', baseUrl: 'ftp://x' } } },
      'providers.builtin.baseUrl',
      'expected an http or https URL',
    ],
    ['no object at all', null, '(the default export)', 'expected object, not null'],
  ])('names the key and what it expects for %s', (_, input, path, expected) => {
    let thrown: unknown;
    try {
      parseConfiguration(input, '/srv/team.config.ts');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(thrown).toMatchObject({ file: '/srv/team.config.ts', problems: [{ path, expected }] });
    expect((thrown as ConfigurationError).message).toBe(
      `the configuration /srv/team.config.ts is not valid:\n  ${path}: ${expected}`,
    );
  });

  it('lists every bad key, not only the first', () => {
    const input = { name: 'Team', retries: { maxAttempts: 99, attempts: 1, tries: 2 } };
    expect(() => parseConfiguration(input, 'team.config.ts')).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path: 'name' }),
          expect.objectContaining({ path: 'retries.maxAttempts' }),
          expect.objectContaining({ path: 'retries.attempts' }),
          expect.objectContaining({ path: 'retries.tries' }),
        ],
      }),
    );
  });
});
