import { hash } from 'node:crypto';
import type { AccountDefinition } from '../../storage/ledger-store.ts';
import type { Budget, BudgetSubject } from './budget.ts';
import { periodAt } from './period.ts';

/** The account of one budget, for one subject, in one period. */
export interface BudgetAccount extends AccountDefinition {
  readonly budget: Budget;
  /** Whose it is: for a budget of each user, that user. */
  readonly subject: string;
  readonly periodEndMs: number | undefined;
}

/** Names that may stand in a key as they are; any other is hashed. */
const plainName = /^[\w.:@-]{1,64}$/;
/** Accounts are kept for more than a year after their period, for those who look back. */
const keptMs = 400 * 86_400_000;
/** Of a budget that never ends: as long as a number of seconds may be. */
const neverSeconds = 253_402_300_799;

/** Whom a budget's level means in a request; undefined where the request has none of it. */
export function subjectAt(budget: Budget, subject: BudgetSubject): string | undefined {
  const value = {
    tenant: subject.tenantId,
    project: subject.projectId || undefined,
    key: subject.keyId,
    user: subject.endUser,
    model: subject.model,
  }[budget.level];
  return budget.subject === '*' || budget.subject === value ? value : undefined;
}

export function budgetAccount(
  tenantId: string,
  budget: Budget,
  subject: string,
  atMs: number,
): BudgetAccount {
  const { name, endMs } = periodAt(budget.period, atMs);
  const short = plainName.test(subject) ? subject : `sha256-${hash('sha256', subject, 'base64url')}`;
  return {
    tenantId,
    id: `budget#${budget.id}#${short}#${name}`,
    limit: budget.mode === 'hard' ? budget.amountMicroUsd : null,
    limitVersion: budget.version,
    removeAtSeconds: endMs === undefined ? neverSeconds : Math.floor((endMs + keptMs) / 1_000),
    budget,
    subject,
    periodEndMs: endMs,
  };
}
