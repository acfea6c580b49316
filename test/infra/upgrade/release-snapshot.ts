import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationName } from '../configurations.ts';
import type { StatefulResources } from './stateful-resources.ts';

/** The stateful resources of a release, by the configuration that it was synthesized with. */
export type ReleaseSnapshot = Readonly<Partial<Record<ConfigurationName, StatefulResources>>>;

/** One file per released version. */
export const releasesFolder = join(import.meta.dirname, '../releases');

/** The snapshot of the highest version that has been released. */
export function readLastRelease(): { readonly version: string; readonly snapshot: ReleaseSnapshot } {
  const versions = readdirSync(releasesFolder).map((file) => file.replace(/\.json$/, ''));
  const version = versions.toSorted(compareVersions).at(-1);
  if (version === undefined) throw new Error(`there is no release in ${releasesFolder}`);
  return { version, snapshot: JSON.parse(readFileSync(join(releasesFolder, `${version}.json`), 'utf8')) };
}

/** `0.10.0` comes after `0.9.0`. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
