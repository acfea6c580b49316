/**
 * Writes the software bill of materials of the published package, in CycloneDX's format: what it depends on, its peers
 * and what its function bundles contain. Fails where a licence is not permissive.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { type BillOfMaterials, findRestrictiveLicences, withoutDevelopment } from './bill-of-materials.ts';

const root = resolve(import.meta.dirname, '..');
const file = join(root, `${packageJson.name}.cdx.json`);

const output = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const { metadata, ...rest } = JSON.parse(output) as BillOfMaterials;
const bill = withoutDevelopment({
  ...rest,
  // npm puts the folder's name here; the reference and the package URL beside it are right.
  metadata: { ...metadata, component: { ...metadata.component, name: packageJson.name } },
});

const restrictive = findRestrictiveLicences(bill);
if (restrictive.length > 0) {
  console.error(`These dependencies have no permissive licence:\n  ${restrictive.join('\n  ')}`);
  process.exitCode = 1;
} else {
  writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);
  console.log(`${file}: ${bill.components.length} components, all under permissive licences`);
}
