import { ServiceError } from '../engines/json-service.ts';
import { compilePolicy, PolicyError } from '../iam/index.ts';
import type { QueryInput, QueryValue } from './query-input.ts';

/** The parameters of AssumeRole, checked. */
export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** Limits of a text: its length in characters, and what it may be made of. */
interface TextRule {
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const NAME = /^[\w+=,.@-]*$/;
const rules = {
  RoleArn: { min: 20, max: 2_048, pattern: /^arn:[\w-]+:iam::\d{12}:role\/.+$/ },
  RoleSessionName: { min: 2, max: 64, pattern: NAME },
  SourceIdentity: { min: 2, max: 64, pattern: NAME },
  ExternalId: { min: 2, max: 1_224, pattern: /^[\w+=,.@:/-]*$/ },
  Policy: { min: 1, max: 2_048 },
} as const satisfies Record<string, TextRule>;
const TAG_KEY: TextRule = { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u };
const TAG_VALUE: TextRule = { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u };
const MAX_TAGS = 50;
const MAX_POLICIES = 10;
const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;
const DEFAULT_SECONDS = 3_600;

/** @throws ServiceError `ValidationError` or `MalformedPolicyDocument` */
export function readAssumeRole(input: QueryInput): AssumeRoleInput {
  readText(input, 'ExternalId');
  const tags = readTags(input);
  return {
    roleArn: readText(input, 'RoleArn') ?? missing('RoleArn'),
    sessionName: readText(input, 'RoleSessionName') ?? missing('RoleSessionName'),
    durationSeconds: readDuration(input),
    policy: readPolicy(input),
    policyArns: readList(input, 'PolicyArns', MAX_POLICIES).map((item) => field(item, 'arn', 'PolicyArns')),
    tags,
    transitiveTagKeys: readTransitiveKeys(input, tags),
    sourceIdentity: readText(input, 'SourceIdentity'),
  };
}

function readText(input: QueryInput, name: keyof typeof rules): string | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  return checkText(value, name, rules[name]);
}

function checkText(value: QueryValue | undefined, name: string, { min, max, pattern }: TextRule): string {
  if (typeof value !== 'string') return missing(name);
  if (value.length < min) return refuse(name, `Member must have length greater than or equal to ${min}`);
  if (value.length > max) return refuse(name, `Member must have length less than or equal to ${max}`);
  if (pattern && !pattern.test(value))
    return refuse(name, `Member must satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

function readDuration({ DurationSeconds: text }: QueryInput): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds)) return refuse('DurationSeconds', 'Member must be a number');
  if (seconds < SHORTEST_SECONDS)
    return refuse('DurationSeconds', `Member must have value greater than or equal to ${SHORTEST_SECONDS}`);
  if (seconds > LONGEST_SECONDS)
    return refuse('DurationSeconds', `Member must have value less than or equal to ${LONGEST_SECONDS}`);
  return seconds;
}

function readPolicy(input: QueryInput): string | undefined {
  const text = readText(input, 'Policy');
  if (text === undefined) return undefined;
  try {
    compilePolicy({ name: 'the session policy', document: JSON.parse(text) });
    return text;
  } catch (error) {
    const reason =
      error instanceof PolicyError ? error.message : 'The policy is not in the valid JSON format.';
    throw new ServiceError('MalformedPolicyDocument', reason);
  }
}

function readTags(input: QueryInput): Readonly<Record<string, string>> {
  const tags = readList(input, 'Tags', MAX_TAGS).map((item, index): [string, string] => {
    const place = `Tags.${index + 1}.member`;
    const { Key: key, Value: value } = typeof item === 'object' && !isList(item) ? item : {};
    return [checkText(key, `${place}.key`, TAG_KEY), checkText(value, `${place}.value`, TAG_VALUE)];
  });
  // Names of tags are told apart without regard to case.
  const names = new Set(tags.map(([key]) => key.toLowerCase()));
  if (names.size < tags.length)
    throw new ServiceError(
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  return Object.fromEntries(tags);
}

function readTransitiveKeys(input: QueryInput, tags: Readonly<Record<string, string>>): readonly string[] {
  const keys = readList(input, 'TransitiveTagKeys', MAX_TAGS).map((key) =>
    checkText(key, 'TransitiveTagKeys', TAG_KEY),
  );
  const unknown = keys.find((key) => !Object.hasOwn(tags, key));
  if (unknown === undefined) return keys;
  throw new ServiceError('ValidationError', `The transitive tag key ${unknown} is not among the tags.`);
}

function readList(input: QueryInput, name: string, max: number): readonly QueryValue[] {
  const list = input[name] ?? [];
  // An empty list is sent as an empty text.
  if (list === '') return [];
  if (!isList(list)) return refuse(name, 'Member must be a list');
  if (list.length > max) return refuse(name, `Member must have length less than or equal to ${max}`);
  return list;
}

function field(item: QueryValue, name: string, list: string): string {
  const value = typeof item === 'object' && !isList(item) ? item[name] : undefined;
  return typeof value === 'string' ? value : missing(`${list}.${name}`);
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}

function missing(name: string): never {
  return refuse(name, 'Member must not be null');
}

function refuse(name: string, constraint: string): never {
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw new ServiceError(
    'ValidationError',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
