export * from './budgets/index.ts';
export * from './caps/index.ts';
export * from './guardrails/index.ts';
export { leaseSpending } from './lease-spending.ts';
export * from './ledger/index.ts';
export * from './moderation/index.ts';
export * from './rate-limits/index.ts';
