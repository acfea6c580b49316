import { newRequestId } from '../storage/request-id.ts';

/** A new id, for example `user_0192…`: ids of one kind sort by the time at which they were drawn. */
export function newId(kind: string): string {
  return `${kind}_${newRequestId().slice('req_'.length)}`;
}
