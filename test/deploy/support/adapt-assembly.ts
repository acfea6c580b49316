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
  const { directory, outdir, keeps, substitute, leftOutProperties } = options;
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
        const properties = without(resource.Properties ?? {}, leftOutProperties[resource.Type] ?? []);
        return [logicalId, withoutDependencies({ ...resource, Properties: properties }, substitutes)];
      });
    const adapted = { ...template, Resources: Object.fromEntries(resources) } as unknown as Json;
    const replaced = replaceReferences(adapted, substitutes) as Template;
    await writeFile(file, JSON.stringify({ ...replaced, Outputs: withoutStandIns(replaced.Outputs ?? {}) }));
  }
  await endTerminationProtection(join(outdir, 'manifest.json'));
  return [...types].sort();
}

/** An output of what is left out means nothing, unless another stack imports it. */
function withoutStandIns(outputs: NonNullable<Template['Outputs']>): NonNullable<Template['Outputs']> {
  return Object.fromEntries(
    Object.entries(outputs).filter(
      ([, output]) => output.Export !== undefined || !JSON.stringify(output).includes(STAND_IN),
    ),
  );
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
