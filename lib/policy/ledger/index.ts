export * from './account.ts';
export { Ledger, type LedgerOptions } from './ledger.ts';
export { type RecordStores, recordsOf } from './request-records.ts';
export { settleAll } from './settle-all.ts';
export { standingOf, unusedStanding } from './standing.ts';
export {
  type LeaseSpending,
  type RecordedRequest,
  type RequestRecords,
  type SweepOptions,
  type Swept,
  spendingOf,
  sweepAccount,
  sweepLedger,
} from './sweep.ts';
