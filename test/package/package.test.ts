import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBundle } from '../../lib/constructs/bundle-function-code.ts';
import { snippet } from './support/snippet.ts';

const root = resolve(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/tasks/use-in-your-own-cdk-app.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'openclaw-package-'));
/** The user's own folder: what it has of ours is the installed package. */
const app = join(folder, 'my-app');
const packageFolder = join(app, 'node_modules/openclaw-serverless');

type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Metadata?: Readonly<Record<string, string>> }>
>;

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: Readonly<Record<string, string>> }>
  >;
}

interface Tarball {
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
  readonly files: readonly { readonly path: string }[];
}

/** An environment without this repository's commands and settings, which `npm run` passes on. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(cache|registry)$)/.test(name)),
  ),
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.startsWith(root))
    .join(delimiter),
  npm_config_prefer_offline: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

function run(command: string, cwd = app) {
  const { status, stdout, stderr } = spawnSync('bash', ['-euc', command], {
    cwd,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

/** Runs a command that has to succeed. */
function succeed(command: string, cwd = app): string {
  const { status, stdout, stderr } = run(command, cwd);
  if (status !== 0) throw new Error(`${command}\n${stdout}\n${stderr}`);
  return stdout;
}

let tarball: Tarball;

beforeAll(() => {
  const installation = snippet(document, 'sh', 'npm pack')
    .replaceAll('../my-app', app)
    .replace('npm pack', 'npm pack --json');
  const output = succeed(installation, root);
  // Between npm's messages and with more after it; of one package, in the order that npm prints it.
  const json = /^(\[|\{)\n[\s\S]*?^(\]|\})$/m.exec(output)?.[0] ?? '';
  [tarball] = Object.values(JSON.parse(json)) as [Tarball];
  writeFileSync(join(app, 'app.ts'), snippet(document, 'ts', 'new OpenClaw'));
  writeFileSync(join(app, 'tsconfig.json'), snippet(document, 'json', 'compilerOptions'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('is small', () => {
    const { size, unpackedSize, entryCount } = tarball;
    console.info(
      `${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${entryCount} files`,
    );
    // Of each function its whole bundle; those of the API and of the worker have Cedar's 4 MB of WebAssembly each.
    expect(size).toBeLessThan(11_000_000);
    expect(entryCount).toBeLessThan(1_800);
  });

  it('has compiled code and nothing that only we need', () => {
    const paths = tarball.files.map(({ path }) => path);
    const expected =
      /^(bin\/openclaw\.js|README\.md|LICENSE|package\.json|dist\/(cdk|package)\.json|dist\/templates\/.+|dist\/(bin|lib)\/.+(\.js|\.d\.ts|\.json|\.rego|\.cedarschema)|dist\/functions\/[\w-]+\/[\w.-]+(\.mjs(\.map)?|\.wasm|\.cedarschema))$/;
    expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  });

  it('tells nothing about the machine that it was made on', () => {
    expect(run(`grep -rlF ${root} node_modules/openclaw-serverless/dist`).stdout).toBe('');
  });

  it('shares the CDK with the app around it', () => {
    expect(
      succeed(
        'find . -type d -path "*/node_modules/aws-cdk-lib" -o -type d -path "*/node_modules/constructs"',
      )
        .trim()
        .split('\n')
        .sort(),
    ).toEqual(['./node_modules/aws-cdk-lib', './node_modules/constructs']);
  });

  it('hides what it does not promise', () => {
    const { stderr } = run(
      `node --input-type=module -e "import 'openclaw-serverless/dist/lib/stacks/create-app.js'"`,
    );
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});

describe('a CDK app in TypeScript', () => {
  beforeAll(() => {
    succeed(snippet(document, 'sh', 'npx tsc'));
  });

  it('gets types that its compiler can check, libraries included', () => {
    // It did above. Leaving libraries out would hide errors of ours.
    expect(existsSync(join(app, 'app.js'))).toBe(true);
    expect(readFileSync(join(app, 'tsconfig.json'), 'utf8')).not.toContain('skipLibCheck');
  });

  it('is told by the compiler of a key that is wrong', () => {
    writeFileSync(
      join(app, 'wrong.ts'),
      `import { OpenClaw } from 'openclaw-serverless/cdk';\nimport { App } from 'aws-cdk-lib';\nnew OpenClaw(new App(), 'X', { nam: 'x' });\n`,
    );
    const { stdout } = run(
      'npx tsc --noEmit --ignoreConfig --module NodeNext --target ES2023 --types node --strict --skipLibCheck wrong.ts',
    );
    expect(stdout).toMatch(
      /wrong\.ts\(3,\d+\): error TS2561: .*'nam' does not exist.* Did you mean to write 'name'\?/,
    );
  });

  it('finds each key of the configuration with its comment', () => {
    const types = readFileSync(join(packageFolder, 'dist/lib/config/schema.d.ts'), 'utf8');
    expect(types).toContain(
      '  /** Name of the deployment; stacks are named after it. Default: `openclaw`. */\n  name?: string | undefined;',
    );
  });

  /** The resources of each stack, by the stack's name. */
  function synthesizedStacks(): ReadonlyMap<string, Resources> {
    const { artifacts } = JSON.parse(readFileSync(join(app, 'cdk.out/manifest.json'), 'utf8')) as Manifest;
    const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
    return new Map(
      stacks.map(([id, { properties }]) => {
        const template = readFileSync(join(app, 'cdk.out', properties?.templateFile ?? ''), 'utf8');
        const { Resources: resources } = JSON.parse(template) as { Resources: Resources };
        return [properties?.stackName ?? id, resources];
      }),
    );
  }

  it('synthesizes the stacks with the CDK’s own command', () => {
    const stacks = synthesizedStacks();
    expect([...stacks.keys()]).toEqual(expect.arrayContaining(['My-Team-Data', 'My-Team-Api']));
    const Resources = stacks.get('My-Team-Api') ?? {};
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'AWS::ApiGateway::RestApi']));
    const website = JSON.parse(readFileSync(join(app, 'cdk.out/Website.template.json'), 'utf8'));
    expect(JSON.stringify(website.Outputs.OpenAiBaseUrl)).toContain('"Fn::ImportValue":"My-Team-Api:');
  });

  it('deploys the bytes that these sources give', () => {
    const bundle = mkdtempSync(join(folder, 'bundle-'));
    makeBundle('functions/api/handler.ts', bundle);
    const resources = Object.values(synthesizedStacks().get('My-Team-Api') ?? {});
    const functions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(functions).toHaveLength(1);
    const asset = join(app, 'cdk.out', functions[0]?.Metadata?.['aws:asset:path'] ?? '');
    const names = readdirSync(asset).filter((name) => name !== 'configuration.json');
    expect(names.sort()).toEqual(readdirSync(bundle).sort());
    for (const name of names) {
      expect(readFileSync(join(asset, name)).equals(readFileSync(join(bundle, name)))).toBe(true);
    }
    const configuration = JSON.parse(readFileSync(join(asset, 'configuration.json'), 'utf8'));
    expect(configuration).toMatchObject({ name: 'my-team', environment: 'dev' });
  });
});

describe('the command', () => {
  it('tells how to begin where there is no configuration', () => {
    expect(run('npx openclaw synth')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('`npx openclaw init` writes one'),
    });
  });

  it('writes what a folder begins with', () => {
    const pipeline = readFileSync(join(root, 'docs/tasks/deploy-from-ci.md'), 'utf8');
    succeed(snippet(pipeline, 'sh', 'openclaw init'));
    expect(existsSync(join(app, '.github/workflows/openclaw.yml'))).toBe(true);
    expect(existsSync(join(app, 'pipeline/oidc-role.yaml'))).toBe(true);
  });

  it('does what the workflow asks of it without credentials', () => {
    expect(succeed('npx openclaw synth --output synthesized')).toContain('are valid');
    expect(readdirSync(join(app, 'synthesized'))).toContain('OpenClaw-Api.template.json');
  });

  it('runs the platform, which answers', async () => {
    const platform = spawn('npx', ['openclaw', 'dev', '--port', '0'], {
      cwd: app,
      env: environment,
      detached: true,
    });
    const exited = new Promise((done) => platform.once('close', done));
    let output = '';
    try {
      await new Promise<void>((ready, fail) => {
        platform.stderr.on('data', (text) => (output += text));
        platform.stdout.on('data', (text) => {
          output += text;
          if (output.includes('is ready')) ready();
        });
        platform.once('close', () => fail(new Error(output)));
      });
      const answer = succeed(
        `source .openclaw/env
         curl --silent --fail "$OPENAI_BASE_URL/chat/completions" \\
           -H "authorization: Bearer $OPENAI_API_KEY" -H 'content-type: application/json' \\
           -d '{"model":"openclaw-extract","messages":[{"role":"user","content":"The sky is blue. What colour is the sky?"}]}'`,
      );
      expect(JSON.parse(answer).choices[0].message.content).toContain('The sky is blue.');
    } finally {
      if (platform.pid !== undefined) process.kill(-platform.pid, 'SIGTERM');
      await exited;
    }
  });
});
