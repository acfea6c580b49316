import type { ModerationActor } from '../../../policy/index.ts';
import type { Principal } from '../../../tenancy/index.ts';

/** The caller, as the record of a review names it. */
export function actorOf({ keyId, userId }: Principal): ModerationActor {
  return { keyId, ...(userId !== undefined && { userId }) };
}
