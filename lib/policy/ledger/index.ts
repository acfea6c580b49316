export * from './account.ts';
export { Ledger, type LedgerOptions } from './ledger.ts';
export { type RecordStores, recordsOf } from './request-records.ts';
export { standingOf, unusedStanding } from './standing.ts';
export {
  type RecordedRequest,
  type RequestRecords,
  type SweepOptions,
  type Swept,
  sweepAccount,
  sweepLedger,
} from './sweep.ts';
