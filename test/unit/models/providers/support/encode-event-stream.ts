import { crc32 } from 'node:zlib';

/**
 * One message of Amazon's event stream: an event, or an exception that ends the stream. Its payload is sent as JSON, or
 * as it is where it consists of bytes.
 */
export type EventStreamMessage =
  | { readonly event: string; readonly payload: unknown }
  | { readonly exception: string; readonly payload: unknown };

/**
 * Encodes messages as `application/vnd.amazon.eventstream`: a prelude of two lengths and their checksum, headers, the
 * payload, and a checksum of it all.
 * https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
 */
export function encodeEventStream(messages: readonly EventStreamMessage[]): Buffer {
  return Buffer.concat(messages.map(encodeMessage));
}

function encodeMessage(message: EventStreamMessage): Buffer {
  const named =
    'event' in message
      ? [header(':event-type', message.event), header(':message-type', 'event')]
      : [header(':exception-type', message.exception), header(':message-type', 'exception')];
  const raw = message.payload instanceof Uint8Array;
  const contentType = raw ? 'application/octet-stream' : 'application/json';
  const headers = Buffer.concat([...named, header(':content-type', contentType)]);
  const payload = raw ? message.payload : Buffer.from(JSON.stringify(message.payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const body = Buffer.concat([prelude, headers, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([body, checksum]);
}

/** Header values of type 7 are texts. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}
