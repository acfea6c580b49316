import { newRequestId } from '../storage/request-id.ts';

let latestMs = 0;

/**
 * A new id, for example `user_0192…`: ids of one kind sort by the time at which they were drawn. Of those drawn in the
 * same millisecond each has one of its own, so that a list shows them in the order in which they were made.
 */
export function newId(kind: string): string {
  latestMs = Math.max(Date.now(), latestMs + 1);
  return `${kind}_${newRequestId(latestMs).slice('req_'.length)}`;
}
