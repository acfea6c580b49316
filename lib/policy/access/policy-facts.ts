import type { Cedar } from './cedar.ts';
import { entityKey } from './entity-key.ts';
import type { PolicyFacts } from './policy-setting.ts';

/** Names of attributes, as they are found. */
interface Found {
  readonly attributes: Set<string>;
  readonly functions: Set<string>;
  /** True where a record is used as a whole, by which all its attributes are read. */
  wholeRecord: boolean;
}

/** What a policy reads, and the functions of extensions that it calls. */
export function policyFacts(policy: Cedar.PolicyJson): { facts: PolicyFacts; functions: readonly string[] } {
  const found: Found = { attributes: new Set(), functions: new Set(), wholeRecord: false };
  for (const { body } of policy.conditions) visit(body, false, found);
  const actions = scopedActions(policy.action);
  const entity = scopedEntity(policy.principal) ?? scopedEntity(policy.resource);
  return {
    facts: {
      effect: policy.effect,
      ...(actions && { actions }),
      ...(entity !== undefined && { entity }),
      ...(!found.wholeRecord && { attributes: [...found.attributes].sort() }),
    },
    functions: [...found.functions],
  };
}

function scopedActions(scope: Cedar.ActionConstraint): readonly string[] | undefined {
  if ('entity' in scope) return [idOf(scope.entity)];
  if ('entities' in scope) return scope.entities.map(idOf);
  return undefined;
}

function scopedEntity(scope: Cedar.PrincipalConstraint | Cedar.ResourceConstraint): string | undefined {
  if ('entity' in scope) return entityKey(uidOf(scope.entity));
  if ('in' in scope && scope.in && 'entity' in scope.in) return entityKey(uidOf(scope.in.entity));
  return undefined;
}

function idOf(entity: Cedar.EntityUidJson): string {
  return uidOf(entity).id;
}

function uidOf(entity: Cedar.EntityUidJson): Cedar.TypeAndId {
  return '__entity' in entity ? entity.__entity : entity;
}

/** Every node of an expression is an object of one key. */
function visit(node: unknown, isRead: boolean, found: Found): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, false, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'Value' || name === 'Slot' || name === 'Literal') continue;
    if (name === 'Var') {
      if (value === 'context' && !isRead) found.wholeRecord = true;
    } else if (name === '.' || name === 'has') {
      const { left, attr } = value as { left: unknown; attr: string | readonly string[] };
      for (const one of [attr].flat()) found.attributes.add(one);
      if (!isRead && name === '.' && attr === 'time') found.wholeRecord = true;
      visit(left, true, found);
    } else if (name === 'Record') {
      visit(Object.values(value as object), false, found);
    } else {
      if (!operators.has(name)) found.functions.add(name);
      visit(typeof value === 'object' && value !== null ? Object.values(value) : value, false, found);
    }
  }
}

const operators: ReadonlySet<string> = new Set(
  '! neg == != in < <= > >= && || + - * contains containsAll containsAny isEmpty getTag hasTag like is if-then-else Set'.split(
    ' ',
  ),
);
