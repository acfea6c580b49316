import type { UsageClaimItem, UsageClaimStore } from '../../storage/usage-claim-store.ts';
import type { LeaseSpending } from '../ledger/index.ts';

/** The lease under which a thing's amount is reserved. */
export function entryLease(claimId: string, entry: string): string {
  return `in.${entry}.${claimId}`;
}

/** The lease under which a thing's amount is given back. */
export function removalLease(claimId: string, removal: string): string {
  return `out.${removal}.${claimId}`;
}

/**
 * What the claims say of a lease that a dead process left. Whoever had not come to the decisive step is called off by
 * that, so that it can not be taken later.
 */
export function spendingOfClaims(claims: Pick<UsageClaimStore, 'read' | 'makeVoid' | 'stay'>): LeaseSpending {
  return async ({ tenantId }, leaseId) => {
    const [direction, attempt = '', ...rest] = leaseId.split('.');
    const id = rest.join('.');
    const claim = await claims.read(tenantId, id);
    if (!claim) return 0;
    if (direction === 'in') return await spentByEntry(tenantId, id, claim, attempt, claims);
    return await spentByRemoval(tenantId, id, claim, attempt, claims);
  };
}

async function spentByEntry(
  tenantId: string,
  id: string,
  { state, entry, amount }: UsageClaimItem,
  attempt: string,
  claims: Pick<UsageClaimStore, 'read' | 'makeVoid'>,
): Promise<number> {
  if (entry !== attempt || state === 'void') return 0;
  if (state !== 'entering') return amount;
  if (await claims.makeVoid(tenantId, id)) return 0;
  // It was kept after it was read; with what it came to.
  return (await claims.read(tenantId, id))?.amount ?? 0;
}

async function spentByRemoval(
  tenantId: string,
  id: string,
  { state, removal, amount }: UsageClaimItem,
  attempt: string,
  claims: Pick<UsageClaimStore, 'read' | 'stay'>,
): Promise<number> {
  if (removal !== attempt || state === 'kept') return 0;
  if (state === 'leaving' && (await claims.stay(tenantId, id, attempt))) return 0;
  // It left, or another took the removal over.
  const now = await claims.read(tenantId, id);
  return now?.state === 'left' && now.removal === attempt ? -amount : 0;
}
