import type { IncomingMessage } from 'node:http';

/** The body is larger than the API takes. */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/** The caller went away before the body was complete. */
export class RequestAbortedError extends Error {
  override readonly name = 'RequestAbortedError';
}

const nothing = Buffer.alloc(0);

/** True where the request says beforehand that its body has more than so many bytes. */
export function announcesMoreThan(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

/**
 * Reads a request's body.
 *
 * @throws RequestTooLargeError as soon as it is known to have more bytes than the limit
 * @throws RequestAbortedError where the caller goes away before its end
 */
export function readRequestBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (announcesMoreThan(request, limitBytes)) {
    return Promise.reject(new RequestTooLargeError(`The request body has more than ${limitBytes} bytes.`));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      // The rest flows on unread, so that the caller gets to read the answer.
      request.removeAllListeners('data').resume();
      reject(new RequestTooLargeError(`The request body has more than ${limitBytes} bytes.`));
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks)));
    request.on('error', (error) => reject(new RequestAbortedError(error.message, { cause: error })));
  });
}
