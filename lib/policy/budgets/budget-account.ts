import { hash } from 'node:crypto';
import type { Account } from '../ledger/index.ts';
import type { Budget, BudgetSubject } from './budget.ts';
import { periodAt } from './period.ts';

/** The account of one budget, for one subject, in one period. */
export interface BudgetAccount extends Account {
  readonly budget: Budget;
  /** Whose it is: for a budget of each user, that user. */
  readonly subject: string;
}

/** Names that may stand in a key as they are. Callers choose names of users, so any other is hashed. */
const plainName = /^[\w.:@-]{1,64}$/;

/**
 * Whom a budget's level means in a request; undefined where that is none of the budget's. Requests that name no user
 * count as one more user, all such together: otherwise a caller would escape the budget by leaving the name out.
 */
export function subjectAt({ level, subject }: Budget, request: BudgetSubject): string | undefined {
  const value = valueAt(level, request);
  return subject === '*' || subject === value || level === 'tenant' ? value : undefined;
}

function valueAt(level: Budget['level'], request: BudgetSubject): string {
  switch (level) {
    case 'tenant':
      return request.tenantId;
    case 'project':
      return request.projectId;
    case 'key':
      return request.keyId;
    case 'user':
      return request.endUser ?? '';
    case 'model':
      return request.model;
  }
}

export function budgetAccount(
  tenantId: string,
  budget: Budget,
  subject: string,
  atMs: number,
): BudgetAccount {
  const { name, endMs } = periodAt(budget.period, atMs);
  return {
    tenantId,
    id: `${accountPrefix(budget.id)}${shortName(subject)}#${name}`,
    limit: budget.amountMicroUsd,
    limitVersion: budget.version,
    mode: budget.mode,
    periodEndMs: endMs,
    alertPercents: budget.alertPercents,
    budget,
    subject,
  };
}

/** What the ids of a budget's accounts begin with. */
export function accountPrefix(budgetId: string): string {
  return `budget#${budgetId}#`;
}

function shortName(subject: string): string {
  return plainName.test(subject) ? subject : `~${hash('sha256', subject, 'base64url')}`;
}
