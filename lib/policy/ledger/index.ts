export { type HoldReference, LedgerUnavailable } from './account.ts';
export { isRefusal, Ledger, type LedgerOptions } from './ledger.ts';
export { type RecordedRequest, type SweepOptions, sweepLedger } from './sweep.ts';
export * from './types.ts';
