// Run by `npm run release:snapshot` when a version is released: writes down what later versions must not lose.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import { configurationNames } from '../configurations.ts';
import { findLosses } from './find-losses.ts';
import { presentResources } from './present-resources.ts';
import { readLastRelease, releasesFolder } from './release-snapshot.ts';

const file = join(releasesFolder, `${manifest.version}.json`);
if (existsSync(file)) {
  console.error(`${file} exists: a release is written down once. Raise the version in package.json first.`);
  process.exit(1);
}
const present = presentResources();
const { version, snapshot } = readLastRelease();
const losses = configurationNames.flatMap((name) => findLosses(snapshot[name] ?? {}, present[name]));
if (losses.length > 0) {
  console.error([`an upgrade from ${version} would lose data:`, ...losses].join('\n  '));
  process.exit(1);
}
writeFileSync(file, `${JSON.stringify(present, null, 2)}\n`);
console.log(`wrote ${file}`);
