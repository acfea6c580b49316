import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-configuration.ts';
import { type Platform, removeData, repositoryRoot, startPlatform } from './support/start-platform.ts';
import { startTestRuntime } from './support/start-test-runtime.ts';

const run = promisify(execFile);

let readme: string;
let platform: Platform;

beforeAll(async () => {
  readme = await readFile(join(repositoryRoot, 'README.md'), 'utf8');
  platform = await startPlatform();
});

afterAll(async () => {
  await platform?.stop();
  if (platform) await removeData(platform.dataDirectory);
});

/** The fenced block of a language that contains a text. */
function snippet(text: string, language: string, containing: string): string {
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code]) => code ?? '',
  );
  const found = blocks.find((code) => code.includes(containing));
  if (found === undefined) throw new Error(`no ${language} block with ${containing}`);
  return found;
}

describe('the README', () => {
  it('has a curl that answers', async () => {
    const shell = snippet(readme, 'sh', 'source .openclaw/env').replace(
      '.openclaw/env',
      `${platform.dataDirectory}/env`,
    );
    const { stdout } = await run('bash', ['-c', shell]);
    expect(JSON.parse(stdout).choices[0].message.content).toContain('The refund window is 30 days.');
  });

  it('has a client snippet that runs', async () => {
    const code = snippet(readme, 'ts', 'new OpenAI()');
    const { stdout } = await run('node', ['--input-type=module-typescript', '--eval', code], {
      cwd: repositoryRoot,
      env: { ...process.env, OPENAI_BASE_URL: platform.baseURL, OPENAI_API_KEY: platform.apiKey },
    });
    expect(stdout).toContain('Grass is green.');
  });

  it('has a configuration that is valid', async () => {
    const code = snippet(readme, 'ts', 'defineConfig').replace('./lib/', `${repositoryRoot}/lib/`);
    const file = join(platform.dataDirectory, 'readme.config.ts');
    await writeFile(file, code);
    expect(Object.keys((await loadConfiguration(file)).models)).toContain('fast');
  });

  it('and the reference list exactly the endpoints that there are', async () => {
    const reference = await readFile(join(repositoryRoot, 'docs/reference/api.md'), 'utf8');
    const document = (await (await fetch(platform.baseURL.replace('/v1', '/openapi.json'))).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('{model}', '{id}')}`),
    );
    const listed = [...`${readme}${reference}`.matchAll(/`((?:GET|POST|DELETE) \/[^`]*)`/g)].map(
      ([, endpoint]) => endpoint,
    );
    expect([...new Set(listed)].sort()).toEqual(served.sort());
  });

  it('and the documents name no file that does not exist', async () => {
    for (const [, link = ''] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
      await expect(readFile(join(repositoryRoot, link))).resolves.toBeDefined();
    }
  });
});

describe('the configuration reference', () => {
  it('names every key', async () => {
    const reference = await readFile(join(repositoryRoot, 'docs/reference/configuration.md'), 'utf8');
    const files = ['schema', 'network', 'domain', 'residency', 'tenants'];
    const schemas = await Promise.all(
      files.map((name) => readFile(join(repositoryRoot, `lib/config/${name}.ts`), 'utf8')),
    );
    const keys = schemas.flatMap((schema) =>
      [...schema.matchAll(/^ {2,4}(\w+): /gm)].map(([, key]) => key ?? ''),
    );
    expect(keys.length).toBeGreaterThan(30);
    const missing = keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(reference));
    expect(missing).toEqual([]);
  });
});

describe('docs/tasks/deploy.md', () => {
  it('makes a first API key as written, for a deployment whose outputs it is given', async () => {
    const document = await readFile(join(repositoryRoot, 'docs/tasks/deploy.md'), 'utf8');
    const deployment = await startTestRuntime({});
    const { runtime } = deployment;
    const outputs = join(platform.dataDirectory, 'outputs.json');
    await writeFile(outputs, JSON.stringify(runtime.outputs));
    const command = snippet(document, 'sh', 'openclaw keys create').replace('openclaw-outputs.json', outputs);
    const { stdout, stderr } = await run('bash', ['-c', command], {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        AWS_REGION: runtime.region,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: runtime.endpoints.dynamodb,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: runtime.endpoints.secretsManager,
      },
    });
    expect(stderr).toContain('of tenant acme, project search');
    const client = new OpenAI({ baseURL: deployment.baseURL, apiKey: stdout.trim(), maxRetries: 0 });
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['openclaw-extract']);
    await deployment.stop();
  });
});
