import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from '../../../lib/local/assembly/read-assembly.ts';
import type { ResourceDeclaration, Template } from '../../../lib/local/assembly/template.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Begins what stands for a resource that is left out: an ARN, because policies accept no other form. */
export const STAND_IN = 'arn:aws:openclaw:us-east-1:123456789012:left-out/';

export interface AdaptOptions {
  /** The assembly as synthesized. */
  readonly directory: string;
  /** Where the copy goes. */
  readonly outdir: string;
  /** Whether a resource of the type is deployed. */
  readonly keeps: (type: string) => boolean;
  /** Properties of a type that are not deployed. */
  readonly leftOutProperties: Readonly<Record<string, readonly string[]>>;
  /** How a resource is deployed already, where the other side cannot change it. */
  readonly unchangeable: (stack: string, logicalId: string, type: string) => ResourceDeclaration | undefined;
  /** What stands for a resource that is not, in references to it. */
  readonly substitute: (stack: string, logicalId: string, resource: ResourceDeclaration) => Promise<Json>;
}

/**
 * Copies an assembly without the resources that the other side cannot create. A reference to one of them becomes what
 * stands for it; all else stays as it was synthesized.
 *
 * @returns the types that were left out
 */
export async function adaptAssembly(options: AdaptOptions): Promise<string[]> {
  const { directory, outdir, keeps, substitute, leftOutProperties, unchangeable } = options;
  await cp(directory, outdir, { recursive: true });
  const types = new Set<string>();
  for (const { name } of (await readAssembly(directory)).stacks) {
    const file = join(outdir, `${name}.template.json`);
    const template = JSON.parse(await readFile(file, 'utf8')) as Template & { Outputs?: object };
    const substitutes = new Map<string, Json>();
    for (const [logicalId, resource] of Object.entries(template.Resources ?? {})) {
      if (keeps(resource.Type)) continue;
      types.add(resource.Type);
      substitutes.set(logicalId, await substitute(name, logicalId, resource));
    }
    const resources = Object.entries(template.Resources ?? {})
      .filter(([logicalId]) => !substitutes.has(logicalId))
      .map(([logicalId, resource]) => {
        const former = unchangeable(name, logicalId, resource.Type);
        if (former !== undefined) return [logicalId, former];
        const properties = without(resource.Properties ?? {}, leftOutProperties[resource.Type] ?? []);
        return [logicalId, withoutDependencies({ ...resource, Properties: properties }, substitutes)];
      });
    const adapted = { ...template, Resources: Object.fromEntries(resources) } as unknown as Json;
    const replaced = replaceReferences(adapted, substitutes) as Template;
    const text = JSON.stringify(adjust(replaced));
    await writeFile(file, text);
    await renameTemplate(outdir, name, text);
  }
  await endTerminationProtection(join(outdir, 'manifest.json'));
  return [...types].sort();
}

/**
 * moto forgets a parameter's default, so an update of a stack that has one fails. The CDK's only parameter is for a rule
 * that moto does not know: the bootstrap version.
 */
function adjust({ Parameters: _, ...template }: Template & { Rules?: object }): Template {
  return { ...template, Rules: {}, Outputs: withoutStandIns(template.Outputs ?? {}) } as Template;
}

/** An output of what is left out means nothing, unless another stack imports it. */
function withoutStandIns(outputs: NonNullable<Template['Outputs']>): NonNullable<Template['Outputs']> {
  return Object.fromEntries(
    Object.entries(outputs).filter(
      ([, output]) => output.Export !== undefined || !JSON.stringify(output).includes(STAND_IN),
    ),
  );
}

/** A template is uploaded under a hash of itself, and not at all where there is one under that name. */
async function renameTemplate(outdir: string, stack: string, text: string): Promise<void> {
  const assets = join(outdir, `${stack}.assets.json`);
  const { files } = JSON.parse(await readFile(assets, 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
  };
  const [former] =
    Object.entries(files).find(([, { source }]) => source.path === `${stack}.template.json`) ?? [];
  if (former === undefined) throw new Error(`${assets} does not list the template of ${stack}`);
  const hash = createHash('sha256').update(text).digest('hex');
  for (const file of [assets, join(outdir, 'manifest.json')]) {
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(former, hash));
  }
}

/** moto has no UpdateTerminationProtection. */
async function endTerminationProtection(file: string): Promise<void> {
  const manifest = await readFile(file, 'utf8');
  await writeFile(
    file,
    manifest.replaceAll('"terminationProtection": true', '"terminationProtection": false'),
  );
}

function without<T>(object: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function withoutDependencies(
  resource: Pick<ResourceDeclaration, 'DependsOn' | 'Properties'>,
  substitutes: ReadonlyMap<string, Json>,
): object {
  const { DependsOn: dependencies = [], ...rest } = resource;
  const kept = [dependencies].flat().filter((logicalId) => !substitutes.has(logicalId));
  return kept.length === 0 ? rest : { ...rest, DependsOn: kept };
}

function replaceReferences(value: Json, substitutes: ReadonlyMap<string, Json>): Json {
  if (Array.isArray(value)) return value.map((each) => replaceReferences(each, substitutes));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as { readonly [key: string]: Json };
  const target = object.Ref ?? (object['Fn::GetAtt'] as readonly Json[] | undefined)?.[0];
  const substitute = typeof target === 'string' ? substitutes.get(target) : undefined;
  if (substitute !== undefined) return substitute;
  return Object.fromEntries(
    Object.entries(object).map(([key, each]) => [key, replaceReferences(each, substitutes)]),
  );
}
