import type { CompiledCondition } from './compile-condition.ts';
import type { PrincipalMatcher } from './compile-principal.ts';
import type { Matcher } from './match-pattern.ts';
import type { Comparison } from './text-matcher.ts';

export interface ActionPattern {
  /** As the policy writes it. */
  readonly text: string;
  /** Takes an action in lower case. */
  readonly matches: Matcher;
}

export interface TextPattern {
  /** As the policy writes it. */
  readonly text: string;
  readonly matches: Comparison;
}

/** A statement, ready to be asked. */
export interface CompiledStatement {
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly ActionPattern[];
  /** The statement is about all actions but those. */
  readonly notActions: boolean;
  readonly resources: readonly TextPattern[];
  /** The statement is about all resources but those. */
  readonly notResources: boolean;
  /** @default - the statement names nobody, as in the principal's own policy */
  readonly principal?: PrincipalMatcher;
  /** The statement is about everyone but those it names. */
  readonly exceptsPrincipals?: boolean;
  readonly conditions: readonly CompiledCondition[];
}

/** A policy, ready to be asked. */
export interface CompiledPolicy {
  readonly name: string;
  readonly denying: readonly CompiledStatement[];
  readonly allowing: readonly CompiledStatement[];
}
