import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { explain, RuntimeError } from '../runtime-error.ts';
import type { Template } from './template.ts';

/** A stack as the CDK app synthesized it. */
export interface AssemblyStack {
  readonly name: string;
  /** Undefined where the app leaves it to the deployment. */
  readonly account: string | undefined;
  /** Undefined where the app leaves it to the deployment. */
  readonly region: string | undefined;
  readonly template: Template;
  /** Folder or file of each asset, by the object key under which a template refers to it. */
  readonly assets: ReadonlyMap<string, string>;
}

/** A cloud assembly: what `cdk synth` writes. */
export interface Assembly {
  readonly directory: string;
  /** A stack stands after all that it depends on. */
  readonly stacks: readonly AssemblyStack[];
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly file?: string;
    readonly stackName?: string;
  };
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, FileAsset>>;
}

interface FileAsset {
  readonly source: { readonly path?: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

/**
 * Reads a cloud assembly. Nested assemblies (CDK stages) are not read.
 *
 * @throws RuntimeError `broken-assembly` naming the file that is missing or not what it should be
 */
export async function readAssembly(directory: string): Promise<Assembly> {
  const root = resolve(directory);
  const { artifacts } = await readJson<Manifest>(join(root, 'manifest.json'));
  if (artifacts === undefined) throw broken(join(root, 'manifest.json'), 'it lists no artifacts');
  const stacks: AssemblyStack[] = [];
  for (const id of inDependencyOrder(artifacts, root)) {
    const artifact = artifacts[id];
    if (artifact?.type === 'aws:cloudformation:stack') {
      stacks.push(await readStack(root, id, artifact, artifacts));
    }
  }
  if (stacks.length === 0) throw broken(join(root, 'manifest.json'), 'it has no stack');
  return { directory: root, stacks };
}

async function readStack(
  root: string,
  id: string,
  artifact: Artifact,
  artifacts: Readonly<Record<string, Artifact>>,
): Promise<AssemblyStack> {
  const { templateFile, stackName } = artifact.properties ?? {};
  if (templateFile === undefined)
    throw broken(join(root, 'manifest.json'), `the stack ${id} has no template`);
  const manifests = (artifact.dependencies ?? [])
    .map((dependency) => artifacts[dependency])
    .flatMap((dependency) => (dependency?.type === 'cdk:asset-manifest' ? [dependency.properties?.file] : []))
    .filter((file) => file !== undefined);
  const assets = new Map<string, string>();
  for (const file of manifests) await readAssets(root, file, assets);
  return {
    name: stackName ?? id,
    ...parseEnvironment(artifact.environment),
    template: await readJson<Template>(join(root, templateFile)),
    assets,
  };
}

async function readAssets(root: string, file: string, assets: Map<string, string>): Promise<void> {
  const { files = {} } = await readJson<AssetManifest>(join(root, file));
  for (const { source, destinations } of Object.values(files)) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations))
      assets.set(objectKey, resolve(root, source.path));
  }
}

/** `aws://123456789012/eu-west-1`, where either part may be `unknown-…`. */
function parseEnvironment(environment = ''): Pick<AssemblyStack, 'account' | 'region'> {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(environment) ?? [];
  return {
    account: account === 'unknown-account' ? undefined : account,
    region: region === 'unknown-region' ? undefined : region,
  };
}

function inDependencyOrder(artifacts: Readonly<Record<string, Artifact>>, root: string): string[] {
  const ordered: string[] = [];
  const visiting = new Set<string>();
  const visit = (id: string): void => {
    if (ordered.includes(id)) return;
    if (visiting.has(id)) throw broken(join(root, 'manifest.json'), `${id} depends on itself`);
    visiting.add(id);
    for (const dependency of artifacts[id]?.dependencies ?? []) visit(dependency);
    ordered.push(id);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return ordered;
}

async function readJson<T>(file: string): Promise<T> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error('it is not a JSON object');
    }
    return value as T;
  } catch (error) {
    throw broken(file, explain(error), error);
  }
}

function broken(file: string, reason: string, cause?: unknown): RuntimeError {
  return new RuntimeError('broken-assembly', `the cloud assembly cannot be used: ${file}: ${reason}`, cause);
}
