import { ServiceError } from '../engines/json-service.ts';

/** Parameters of a Query request, with the lists that their dotted names stand for. */
export type QueryInput = { readonly [name: string]: QueryValue };
export type QueryValue = string | QueryInput | readonly QueryValue[];

type Node = Map<string, Node | string>;

/**
 * Reads a request of AWS's Query protocol: `Tags.member.1.Key=a` is the `Key` of the first of the `Tags`.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 *
 * @throws ServiceError `MalformedInput`
 */
export function readQueryInput(body: string): QueryInput {
  const root: Node = new Map();
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let node = root;
    for (const part of path) {
      const next = node.get(part) ?? new Map();
      if (typeof next === 'string') throw malformed(name);
      node.set(part, next);
      node = next;
    }
    if (node.has(last)) throw malformed(name);
    node.set(last, value);
  }
  return toObject(root);
}

function toObject(node: Node): QueryInput {
  return Object.fromEntries([...node].map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: Node | string): QueryValue {
  if (typeof value === 'string') return value;
  const members = value.get('member');
  if (value.size !== 1 || !(members instanceof Map)) return toObject(value);
  return [...members]
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, member]) => toValue(member));
}

function malformed(name: string): ServiceError {
  return new ServiceError('MalformedInput', `${name} is there twice`);
}
