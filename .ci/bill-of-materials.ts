/** A CycloneDX document, as far as it is read here. https://cyclonedx.org/docs/1.5/json/ */
export interface BillOfMaterials {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly purl: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly licenses?: readonly (
    | { readonly license: { readonly id?: string; readonly name?: string } }
    | { readonly expression: string }
  )[];
}

/** Licences that ask for no more than their text and the authors' names. By SPDX identifier. */
const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/**
 * Leaves out what only development needs. npm's own `--omit dev` also leaves out what both development and production
 * need, esbuild among it; the mark that npm puts on each component is right.
 */
export function withoutDevelopment(bill: BillOfMaterials): BillOfMaterials {
  const components = bill.components.filter(
    ({ properties = [] }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  const kept = new Set([bill.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  return { ...bill, components, dependencies };
}

/** The components that cannot be had under a permissive licence, each with what it says of its licence. */
export function findRestrictiveLicences({ components }: BillOfMaterials): string[] {
  return components.flatMap((component) => {
    const terms = (component.licenses ?? []).map((entry) =>
      'expression' in entry ? entry.expression : (entry.license.id ?? entry.license.name ?? ''),
    );
    const isPermissive = terms.length > 0 && terms.every(allowsPermissiveUse);
    return isPermissive ? [] : [`${component['bom-ref']}: ${terms.join(', ') || 'no licence'}`];
  });
}

/** An alternative that is permissive in every part suffices. What nests deeper is for a person to read. */
function allowsPermissiveUse(expression: string): boolean {
  return expression
    .replace(/^\(([^()]*)\)$/, '$1')
    .split(' OR ')
    .some((alternative) => alternative.split(' AND ').every((id) => permissive.has(id)));
}
