import { isDeepStrictEqual } from 'node:util';
import type { StatefulResource, StatefulResources } from './stateful-resources.ts';

/**
 * What a deployment of the former release would lose, or have replaced by something empty, on its upgrade: a sentence
 * for each, with what to do. A resource that is new is no loss.
 */
export function findLosses(former: StatefulResources, present: StatefulResources): string[] {
  return Object.entries(former).flatMap(([id, resource]) => {
    const now = present[id];
    if (now === undefined) return [describeRemoval(id, resource, former, present)];
    if (now.type !== resource.type) {
      return [
        `${id} was ${resource.type} and is now ${now.type}: give the new resource a construct id of its own`,
      ];
    }
    return [...findReplacements(id, resource, now), ...findWeakerPolicies(id, resource, now)];
  });
}

function describeRemoval(
  id: string,
  resource: StatefulResource,
  former: StatefulResources,
  present: StatefulResources,
): string {
  const added = Object.entries(present).filter(
    ([other, { type }]) => !(other in former) && type === resource.type,
  );
  const renamed = added.length === 1 ? ` (${added[0]?.[0]} looks like the same one, renamed)` : '';
  return (
    `${id} (${resource.type}) is gone${renamed}: an upgrade would leave its data behind. Keep its construct id and ` +
    'stack, or fix its logical id with `overrideLogicalId`'
  );
}

function findReplacements(id: string, former: StatefulResource, now: StatefulResource): string[] {
  const names = new Set([...Object.keys(former.fixed), ...Object.keys(now.fixed)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(former.fixed[name], now.fixed[name]));
  return changed.map(
    (name) =>
      `${id} (${former.type}) would be replaced by an empty one: ${name} changes from ` +
      `${JSON.stringify(former.fixed[name])} to ${JSON.stringify(now.fixed[name])}. Leave it, and add a second ` +
      'resource to which the data is copied',
  );
}

function findWeakerPolicies(id: string, former: StatefulResource, now: StatefulResource): string[] {
  const policies = [
    ['DeletionPolicy', former.deletionPolicy, now.deletionPolicy],
    ['UpdateReplacePolicy', former.updateReplacePolicy, now.updateReplacePolicy],
  ] as const;
  return policies
    .filter(([, before, after]) => before !== 'Delete' && after === 'Delete')
    .map(
      ([name, before, after]) =>
        `${id} (${former.type}) loses its ${name} ${before}: with ${after} its data can go`,
    );
}
