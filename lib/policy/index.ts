export * from './budgets/index.ts';
export * from './guardrails/index.ts';
export * from './ledger/index.ts';
export * from './moderation/index.ts';
export * from './rate-limits/index.ts';
