import type { IdempotencyStore } from '../../../../lib/gateway/idempotency/held-key.ts';
import type { KeptAnswer } from '../../../../lib/storage/reply-body.ts';
import type { Claim, ReplyKey } from '../../../../lib/storage/reply-store.ts';

type Entry = { readonly claim: Claim } & (
  | { readonly state: 'running' }
  | { readonly state: 'lost' }
  | { readonly state: 'answered'; readonly kept: KeptAnswer }
);

/** Idempotency keys in memory. */
export function memoryReplies(): IdempotencyStore {
  const entries = new Map<string, Entry>();
  const nameOf = ({ tenantId, scope }: ReplyKey) => `${tenantId}#${scope}`;
  const isHeld = (key: ReplyKey, owner: string) => {
    const entry = entries.get(nameOf(key));
    return entry?.state === 'running' && entry.claim.owner === owner;
  };
  return {
    claim: async (key, claim) => {
      const entry = entries.get(nameOf(key));
      if (!entry) {
        entries.set(nameOf(key), { claim, state: 'running' });
        return undefined;
      }
      const { fingerprint, owner } = entry.claim;
      if (entry.state !== 'answered') return { state: entry.state, fingerprint, owner };
      return { state: 'answered', fingerprint, owner, answer: async () => entry.kept };
    },
    renew: async (key, owner) => isHeld(key, owner),
    answer: async (key, claim, kept) => {
      if (!isHeld(key, claim.owner)) return false;
      entries.set(nameOf(key), { claim, state: 'answered', kept });
      return true;
    },
    lose: async (key, claim) => {
      if (!isHeld(key, claim.owner)) return false;
      entries.set(nameOf(key), { claim, state: 'lost' });
      return true;
    },
    release: async (key, owner) => isHeld(key, owner) && entries.delete(nameOf(key)),
  };
}
