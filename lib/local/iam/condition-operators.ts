import { BlockList, isIP } from 'node:net';
import { fillVariables, hasVariables, restoreWildcards } from './policy-variables.ts';
import { compileTextPattern } from './text-matcher.ts';
import type { ConditionContext } from './types.ts';

/** Compares one value of the request with one of the policy. */
export type Comparison = (requested: string, context: ConditionContext) => boolean;

export interface ConditionOperator {
  /** @throws Error where the policy's value cannot be compared so */
  readonly compile: (wanted: string, variables: boolean) => Comparison;
  /** The condition holds where no value compares: `StringNotEquals` and the like. */
  readonly negated?: boolean;
}

const equals =
  ({ ignoreCase = false } = {}) =>
  (wanted: string, variables: boolean): Comparison => {
    const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
    if (!variables || !hasVariables(wanted)) return (requested) => fold(requested) === fold(wanted);
    return (requested, context) => {
      const filled = fillVariables(wanted, context);
      return filled !== undefined && fold(requested) === fold(restoreWildcards(filled));
    };
  };

const like = (wanted: string, variables: boolean): Comparison => compileTextPattern(wanted, { variables });

/** Part by part, so that a wildcard stays within its part, apart from the last. */
function arnLike(wanted: string, variables: boolean): Comparison {
  if (wanted === '*') return () => true;
  const patterns = splitArn(wanted).map((part) => compileTextPattern(part, { variables }));
  return (requested, context) => {
    const parts = splitArn(requested);
    return (
      parts.length === patterns.length &&
      patterns.every((matches, index) => matches(parts[index] ?? '', context))
    );
  };
}

/** Into partition, service, region, account and resource. Colons of variables separate nothing. */
function splitArn(arn: string): string[] {
  const held = arn.replace(/\$\{[^}]*\}/g, (text) => text.replaceAll(':', '\u0003'));
  const parts = held.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')].map((part) => part.replaceAll('\u0003', ':'));
}

const numeric =
  (compare: (requested: number, wanted: number) => boolean) =>
  (wanted: string): Comparison => {
    const limit = toNumber(wanted);
    if (Number.isNaN(limit)) throw new Error(`"${wanted}" is no number`);
    return (requested) => compare(toNumber(requested), limit);
  };

const date =
  (compare: (requested: number, wanted: number) => boolean) =>
  (wanted: string): Comparison => {
    const limit = toTime(wanted);
    if (Number.isNaN(limit)) throw new Error(`"${wanted}" is no date`);
    return (requested) => compare(toTime(requested), limit);
  };

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** ISO 8601, or seconds since 1970. */
function toTime(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) && text.length !== 4 ? Number(text) * 1000 : Date.parse(text);
}

function bool(wanted: string): Comparison {
  if (!/^(true|false)$/i.test(wanted)) throw new Error(`"${wanted}" is neither true nor false`);
  return (requested) => requested.toLowerCase() === wanted.toLowerCase();
}

function ipAddress(wanted: string): Comparison {
  const [address = '', bits] = wanted.split('/');
  const version = isIP(address);
  if (version === 0) throw new Error(`"${wanted}" is no IP address or range`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(address, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family);
  return (requested) => {
    const asked = isIP(requested);
    return asked !== 0 && range.check(requested, asked === 4 ? 'ipv4' : 'ipv6');
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const conditionOperators: Readonly<Record<string, ConditionOperator>> = {
  StringEquals: { compile: equals() },
  StringNotEquals: { compile: equals(), negated: true },
  StringEqualsIgnoreCase: { compile: equals({ ignoreCase: true }) },
  StringNotEqualsIgnoreCase: { compile: equals({ ignoreCase: true }), negated: true },
  StringLike: { compile: like },
  StringNotLike: { compile: like, negated: true },
  ArnEquals: { compile: arnLike },
  ArnNotEquals: { compile: arnLike, negated: true },
  ArnLike: { compile: arnLike },
  ArnNotLike: { compile: arnLike, negated: true },
  NumericEquals: { compile: numeric((a, b) => a === b) },
  NumericNotEquals: { compile: numeric((a, b) => a === b), negated: true },
  NumericLessThan: { compile: numeric((a, b) => a < b) },
  NumericLessThanEquals: { compile: numeric((a, b) => a <= b) },
  NumericGreaterThan: { compile: numeric((a, b) => a > b) },
  NumericGreaterThanEquals: { compile: numeric((a, b) => a >= b) },
  DateEquals: { compile: date((a, b) => a === b) },
  DateNotEquals: { compile: date((a, b) => a === b), negated: true },
  DateLessThan: { compile: date((a, b) => a < b) },
  DateLessThanEquals: { compile: date((a, b) => a <= b) },
  DateGreaterThan: { compile: date((a, b) => a > b) },
  DateGreaterThanEquals: { compile: date((a, b) => a >= b) },
  Bool: { compile: bool },
  BinaryEquals: { compile: equals() },
  IpAddress: { compile: ipAddress },
  NotIpAddress: { compile: ipAddress, negated: true },
};
