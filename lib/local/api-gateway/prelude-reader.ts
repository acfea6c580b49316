import { MalformedResponseError, type ResponseHead, readResponseHead } from './response-head.ts';

/**
 * The metadata and the delimiter after it must be within so many bytes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
const LONGEST_PRELUDE_BYTES = 16 * 1024;

const delimiter = Buffer.alloc(8);

/** Reads the metadata that stands before the body of a streamed HTTP response, however it is cut into chunks. */
export class PreludeReader {
  #bytes: Buffer = Buffer.alloc(0);

  /**
   * @returns the head and the first bytes of the body, once the delimiter has come; undefined before
   * @throws MalformedResponseError where no delimiter comes in time or the metadata is not what it should be
   */
  push(chunk: Uint8Array): { head: ResponseHead; rest: Uint8Array } | undefined {
    const scanned = Math.max(0, this.#bytes.length - delimiter.length + 1);
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#bytes = this.#bytes.length === 0 ? view : Buffer.concat([this.#bytes, view]);
    const end = this.#bytes.indexOf(delimiter, scanned);
    if (end > LONGEST_PRELUDE_BYTES - delimiter.length || (end < 0 && this.#tooLong)) {
      throw new MalformedResponseError(`no delimiter within ${LONGEST_PRELUDE_BYTES} bytes of the response`);
    }
    if (end < 0) return undefined;
    const head = readResponseHead(parseMetadata(this.#bytes.toString('utf8', 0, end)));
    return { head, rest: this.#bytes.subarray(end + delimiter.length) };
  }

  get #tooLong(): boolean {
    return this.#bytes.length >= LONGEST_PRELUDE_BYTES;
  }
}

function parseMetadata(json: string): Readonly<Record<string, unknown>> {
  let metadata: unknown;
  try {
    metadata = JSON.parse(json);
  } catch (error) {
    throw new MalformedResponseError('the metadata is not JSON', { cause: error });
  }
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) {
    return metadata as Record<string, unknown>;
  }
  throw new MalformedResponseError('the metadata is not a JSON object');
}
