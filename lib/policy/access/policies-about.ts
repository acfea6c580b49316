import type { AccessAction, PolicyAnswer } from './access-question.ts';
import type { Cedar } from './cedar.ts';
import { entityKey } from './entity-key.ts';
import type { PolicySetting } from './policy-setting.ts';
import type { SlottedPolicies } from './policy-slots.ts';

/** Sets a platform's policies apart from a tenant's, whose ids have no slash. */
const platformPrefix = 'platform/';
/** The group of policies that say something whoever asks for whatever. */
const everybody = '';

/** Those of a tenant's policies that are about one action. */
export interface ActionPolicies {
  /** True where there is nothing that could refuse. */
  readonly isEmpty: boolean;
  /** True where only what a policy permits is allowed. */
  readonly needsPermit: boolean;
  /** Tells whether some policy reads an attribute. */
  readonly isRead: (attribute: string) => boolean;
  /** By the entity without which they say nothing: the engine is spared the policies about other projects and models. */
  readonly groups: ReadonlyMap<string, SlottedPolicies>;
  /** The groups that can say something about a request with these entities. */
  readonly groupsFor: (entities: Cedar.Entities) => readonly SlottedPolicies[];
  /** By question: the same one is asked again and again. */
  readonly answers: Map<string, PolicyAnswer>;
}

export function policiesAbout(action: AccessAction, all: ReadonlyMap<string, PolicySetting>): ActionPolicies {
  const relevant = [...all].filter(([, { facts }]) => facts.actions?.includes(action) ?? true);
  const needsPermit = [...all.values()].some(({ facts }) => facts.effect === 'permit');
  const read = new Set(relevant.flatMap(([, { facts }]) => facts.attributes ?? []));
  const readsAll = relevant.some(([, { facts }]) => facts.attributes === undefined);
  const groups = new Map<string, { readonly texts: Record<string, string> }>();
  for (const [id, { policy, facts }] of relevant) {
    const key = facts.entity ?? everybody;
    const group = groups.get(key) ?? { texts: {} };
    group.texts[id] = policy;
    groups.set(key, group);
  }
  return {
    isEmpty: relevant.length === 0 && !needsPermit,
    needsPermit,
    isRead: (attribute) => readsAll || read.has(attribute),
    groups,
    groupsFor: (entities) =>
      [everybody, ...entities.flatMap(keysOf)]
        .map((key) => groups.get(key))
        .filter((group) => group !== undefined),
    answers: new Map(),
  };
}

/** An entity and what it is in. */
function keysOf({ uid, parents }: Cedar.EntityJson): readonly string[] {
  return [uid, ...parents].map((one) => entityKey('__entity' in one ? one.__entity : one));
}

/** The enabled policies of a tenant and of the platform, by the ids that records and refusals name. */
export function enabledPolicies(
  tenant: readonly PolicySetting[],
  platform: readonly PolicySetting[],
): ReadonlyMap<string, PolicySetting> {
  const enabled = new Map<string, PolicySetting>();
  for (const policy of platform) if (policy.enabled) enabled.set(`${platformPrefix}${policy.id}`, policy);
  for (const policy of tenant) if (policy.enabled) enabled.set(policy.id, policy);
  return enabled;
}
