import { BlockList, isIP } from 'node:net';
import {
  type Comparison,
  compileArnLike,
  compileEquals,
  compileEqualsIgnoreCase,
  compileLike,
} from './text-matcher.ts';

export interface ConditionOperator {
  /** @throws Error where the policy's value cannot be compared so */
  readonly compile: (wanted: string, variables: boolean) => Comparison;
  /** The condition holds where no value compares: `StringNotEquals` and the like. */
  readonly negated?: boolean;
}

type Order = (asked: number, wanted: number) => boolean;

const equal: Order = (asked, wanted) => asked === wanted;
const less: Order = (asked, wanted) => asked < wanted;
const lessOrEqual: Order = (asked, wanted) => asked <= wanted;
const greater: Order = (asked, wanted) => asked > wanted;
const greaterOrEqual: Order = (asked, wanted) => asked >= wanted;

const numeric = (order: Order) => (wanted: string) => compileOrder(order, toNumber, wanted, 'number');
const date = (order: Order) => (wanted: string) => compileOrder(order, toTime, wanted, 'date');

function compileOrder(
  order: Order,
  read: (text: string) => number,
  wanted: string,
  kind: string,
): Comparison {
  const limit = read(wanted);
  if (Number.isNaN(limit)) throw new Error(`"${wanted}" is no ${kind}`);
  return (asked) => {
    const value = read(asked);
    return Number.isNaN(value) ? undefined : order(value, limit);
  };
}

function toNumber(text: string): number {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

const isoDate = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/** One of the ISO 8601 formats of https://www.w3.org/TR/NOTE-datetime, or seconds since 1970. */
function toTime(text: string): number {
  if (isoDate.test(text)) return Date.parse(text);
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Number.NaN;
}

function bool(wanted: string): Comparison {
  const expected = toBoolean(wanted);
  if (expected === undefined) throw new Error(`"${wanted}" is neither true nor false`);
  return (asked) => {
    const value = toBoolean(asked);
    return value === undefined ? undefined : value === expected;
  };
}

/** @returns undefined for anything but `true` and `false` */
export function toBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** Bytes in base64. No variable takes part. */
function binary(wanted: string): Comparison {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(wanted)) throw new Error(`"${wanted}" is not base64`);
  return compileEquals(wanted, false);
}

function ipAddress(wanted: string): Comparison {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(wanted) ?? [];
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (version === 0 || bits > longest) throw new Error(`"${wanted}" is no IP address or range`);
  const range = new BlockList();
  range.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  return (asked) => {
    const family = isIP(asked);
    return family === 0 ? undefined : range.check(asked, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map(
  Object.entries({
    StringEquals: { compile: compileEquals },
    StringNotEquals: { compile: compileEquals, negated: true },
    StringEqualsIgnoreCase: { compile: compileEqualsIgnoreCase },
    StringNotEqualsIgnoreCase: { compile: compileEqualsIgnoreCase, negated: true },
    StringLike: { compile: compileLike },
    StringNotLike: { compile: compileLike, negated: true },
    ArnEquals: { compile: compileArnLike },
    ArnNotEquals: { compile: compileArnLike, negated: true },
    ArnLike: { compile: compileArnLike },
    ArnNotLike: { compile: compileArnLike, negated: true },
    NumericEquals: { compile: numeric(equal) },
    NumericNotEquals: { compile: numeric(equal), negated: true },
    NumericLessThan: { compile: numeric(less) },
    NumericLessThanEquals: { compile: numeric(lessOrEqual) },
    NumericGreaterThan: { compile: numeric(greater) },
    NumericGreaterThanEquals: { compile: numeric(greaterOrEqual) },
    DateEquals: { compile: date(equal) },
    DateNotEquals: { compile: date(equal), negated: true },
    DateLessThan: { compile: date(less) },
    DateLessThanEquals: { compile: date(lessOrEqual) },
    DateGreaterThan: { compile: date(greater) },
    DateGreaterThanEquals: { compile: date(greaterOrEqual) },
    Bool: { compile: bool },
    BinaryEquals: { compile: binary },
    IpAddress: { compile: ipAddress },
    NotIpAddress: { compile: ipAddress, negated: true },
  }),
);
