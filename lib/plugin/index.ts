export * from './guardrail.ts';
export * from './model-provider.ts';
export * from './token-usage.ts';
export * from './upstream-error.ts';
