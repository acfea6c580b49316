import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BillOfMaterials, findRestrictiveLicences } from '../../.ci/bill-of-materials.ts';
import packageJson from '../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');

describe('the bill of materials', () => {
  let bill: BillOfMaterials;
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: root });
    bill = JSON.parse(readFileSync(join(root, 'openclaw-serverless.cdx.json'), 'utf8'));
  });

  it('is a CycloneDX document of this package', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: expect.stringMatching(/^1\.[5-9]$/),
      metadata: {
        component: { name: packageJson.name, purl: `pkg:npm/${packageJson.name}@${packageJson.version}` },
      },
    });
    for (const component of bill.components) {
      expect(component).toMatchObject({ type: 'library', purl: expect.stringMatching(/^pkg:npm\/.+@\d/) });
    }
  });

  it('has every dependency and peer in its version, and no tool of development', () => {
    const references = bill.components.map((component) => component['bom-ref']);
    const { dependencies, devDependencies, peerDependencies } = packageJson;
    const wanted = Object.entries(dependencies).map(([name, version]) =>
      version.startsWith('npm:') ? version.slice(4) : `${name}@${version}`,
    );
    expect(references).toEqual(expect.arrayContaining(wanted));
    for (const name of Object.keys(peerDependencies)) {
      expect(references.some((reference) => reference.startsWith(`${name}@`))).toBe(true);
    }
    const tools = ['vitest', '@biomejs/biome', 'dependency-cruiser'] as const;
    for (const name of tools) expect(references).not.toContain(`${name}@${devDependencies[name]}`);
  });

  it('refers to nothing that it does not list', () => {
    const references = [bill.metadata.component, ...bill.components].map((component) => component['bom-ref']);
    const used = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(used.filter((reference) => !references.includes(reference))).toEqual([]);
  });
});

describe('a licence', () => {
  const component = (licenses: unknown) =>
    ({ components: [{ 'bom-ref': 'a@1', licenses }] }) as unknown as BillOfMaterials;

  it.each([
    ['MIT', [{ license: { id: 'MIT' } }]],
    ['a choice with a permissive one', [{ expression: '(GPL-3.0-only OR MIT)' }]],
    ['two permissive ones together', [{ expression: 'Apache-2.0 AND BSD-3-Clause' }]],
  ])('is accepted: %s', (_, licenses) => {
    expect(findRestrictiveLicences(component(licenses))).toEqual([]);
  });

  it.each([
    ['AGPL-3.0-only', [{ license: { id: 'AGPL-3.0-only' } }]],
    ['MIT AND LGPL-3.0-only', [{ expression: 'MIT AND LGPL-3.0-only' }]],
    ['MIT, SSPL-1.0', [{ license: { id: 'MIT' } }, { license: { id: 'SSPL-1.0' } }]],
    ['no licence', undefined],
  ])('is refused: %s', (said, licenses) => {
    expect(findRestrictiveLicences(component(licenses))).toEqual([`a@1: ${said}`]);
  });
});
