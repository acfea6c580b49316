import type { Json } from '../json.ts';

/** What `AWS::NoValue` stands for: the property or list entry is not there at all. */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue');

export type Resolved = Json | typeof NO_VALUE;
