import { createHash } from 'node:crypto';

/** What a service allows in a name. */
export interface NameRules {
  /** In characters. */
  readonly maxLength: number;
  /** @default false */
  readonly lowerCase?: boolean;
}

/**
 * The name of a resource that the template leaves unnamed: as CloudFormation makes them, but the same on every start, so
 * that a restart finds the resource and its data again.
 */
export function physicalName(stack: string, logicalId: string, rules: NameRules): string {
  const suffix = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 12);
  const room = rules.maxLength - suffix.length - 1;
  const readable = `${stack}-${logicalId}`.slice(0, room).replace(/-+$/, '');
  const name = `${readable}-${suffix}`;
  return rules.lowerCase ? name.toLowerCase() : name;
}
