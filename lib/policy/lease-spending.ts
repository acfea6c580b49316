import type { UsageClaimStore } from '../storage/usage-claim-store.ts';
import { isUsageAccount, spendingOfClaims } from './caps/index.ts';
import { type LeaseSpending, type RecordStores, recordsOf, spendingOf } from './ledger/index.ts';

export interface SpendingStores extends RecordStores {
  readonly claims: UsageClaimStore;
}

/** What a lease of any account has spent: of money by the records of requests, of other usage by its claims. */
export function leaseSpending(stores: SpendingStores): LeaseSpending {
  const ofRequests = spendingOf(recordsOf(stores));
  const ofClaims = spendingOfClaims(stores.claims);
  return (account, leaseId, lease) =>
    (isUsageAccount(account.account) ? ofClaims : ofRequests)(account, leaseId, lease);
}
