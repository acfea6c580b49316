export * from './cap.ts';
export { isUsageAccount } from './cap-account.ts';
export { spendingOfClaims } from './claim-leases.ts';
export * from './usage-cap-reached.ts';
export * from './usage-caps.ts';
