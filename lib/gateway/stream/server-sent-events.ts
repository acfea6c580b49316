import type { ErrorBody } from '../errors/api-error.ts';

const encoder = new TextEncoder();

/** A comment, which clients skip: it keeps connections open that close when nothing moves. */
export const ping = encoder.encode(': ping\n\n');

/** The end of a complete stream; a stream that was cut must not have it. */
export const done = encoder.encode('data: [DONE]\n\n');

/** An error inside a stream whose status has long been sent. OpenAI's clients raise it. */
export function errorEvent(body: ErrorBody): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(body)}\n\n`);
}

const errorStart = Buffer.from('data: {"error":');

/** True of what `errorEvent` made. */
export function isErrorEvent(chunk: Uint8Array): boolean {
  return errorStart.equals(chunk.subarray(0, errorStart.length));
}
