import { hash } from 'node:crypto';
import type { Configuration } from '../../config/schema.ts';
import { canonicalJson } from './canonical-json.ts';

/** Makes what tells the version of a name's configuration: it changes with where the name leads, and how. */
export function modelVersions({
  models,
  providers,
}: Pick<Configuration, 'models' | 'providers'>): (alias: string) => string {
  const versions = new Map<string, string>();
  return (alias) => {
    const known = versions.get(alias);
    if (known !== undefined) return known;
    const model = models[alias];
    const leadsTo = model?.targets.map(({ provider }) => providers[provider]);
    // As JSON it has no members that are undefined, which are not the same as none otherwise.
    const version = hash('sha256', canonicalJson(JSON.parse(JSON.stringify([alias, model, leadsTo]))));
    versions.set(alias, version);
    return version;
  };
}
