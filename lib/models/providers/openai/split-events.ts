import { UpstreamError } from '../../../plugin/index.ts';

/** One server-sent event that carries data. */
export interface RawEvent {
  /** The lines of `data`, joined. */
  readonly data: string;
  /** The event as it came, where it is a single `data` line and an empty line and so can be passed on as it is. */
  readonly bytes: Uint8Array | undefined;
}

export interface SplitOptions {
  readonly providerName: string;
  /** A larger event is refused. */
  readonly maxEventBytes: number;
}

const LF = 0x0a;
const CR = 0x0d;
const endOfEvent = Buffer.from('\n\n');
const dataField = Buffer.from('data:');

/**
 * Cuts bytes into server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it: lines
 * end in LF, CRLF or CR, a byte order mark at the start is dropped, so are comments and fields other than `data`.
 * Bytes may be cut anywhere, inside a character too.
 */
export class EventSplitter {
  private buffer: Buffer = Buffer.allocUnsafe(0);
  /** True while `buffer` is ours to write to behind `end`, rather than a part as it came. */
  private owned = false;
  private start = 0;
  private end = 0;
  /** Where the search for the end of the event goes on. */
  private searched = 0;
  private afterCarriageReturn = false;
  private atBeginning = true;
  private readonly options: SplitOptions;

  constructor(options: SplitOptions) {
    this.options = options;
  }

  /** Takes in bytes and returns the events that they complete. */
  push(part: Uint8Array): RawEvent[] {
    this.append(this.withLineFeeds(part));
    if (this.atBeginning && !this.dropByteOrderMark()) return [];
    const events: RawEvent[] = [];
    for (;;) {
      while (this.start < this.end && this.buffer[this.start] === LF) this.start++;
      this.searched = Math.max(this.searched, this.start);
      const at = this.buffer.subarray(0, this.end).indexOf(endOfEvent, this.searched);
      if (at === -1) break;
      const event = this.readEvent(at, at + endOfEvent.length);
      if (event) events.push(event);
      this.start = at + endOfEvent.length;
      this.searched = this.start;
    }
    this.searched = Math.max(this.start, this.end - 1);
    if (this.end - this.start > this.options.maxEventBytes) {
      throw new UpstreamError(
        'malformed',
        `${this.options.providerName}: an event is larger than ${this.options.maxEventBytes} bytes`,
      );
    }
    return events;
  }

  /** What is left when the bytes end: an event that lacks its empty line, or nothing. */
  flush(): RawEvent | undefined {
    const end = this.buffer[this.end - 1] === LF ? this.end - 1 : this.end;
    return end > this.start ? this.readEvent(end, undefined) : undefined;
  }

  private readEvent(end: number, endWithEmptyLine: number | undefined): RawEvent | undefined {
    const event = this.buffer.subarray(this.start, end);
    const isData = event.indexOf(dataField) === 0;
    if (isData && event.indexOf(LF) === -1) {
      const from = event[dataField.length] === 0x20 ? dataField.length + 1 : dataField.length;
      return {
        data: event.toString('utf8', from),
        // The buffer is not written to again behind `end`, so that this may be a view of it.
        bytes:
          endWithEmptyLine === undefined ? undefined : this.buffer.subarray(this.start, endWithEmptyLine),
      };
    }
    const lines: string[] = [];
    for (const line of event.toString('utf8').split('\n')) {
      if (line === 'data') lines.push('');
      else if (line.startsWith('data:')) lines.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
    return lines.length === 0 ? undefined : { data: lines.join('\n'), bytes: undefined };
  }

  /** Rewrites CRLF and CR to LF. JSON has no raw CR inside a text, so most parts have none and stay as they are. */
  private withLineFeeds(part: Uint8Array): Uint8Array {
    if (!this.afterCarriageReturn && part.indexOf(CR) === -1) return part;
    const rewritten = Buffer.allocUnsafe(part.length);
    let length = 0;
    for (const byte of part) {
      const secondOfTwo = byte === LF && this.afterCarriageReturn;
      this.afterCarriageReturn = byte === CR;
      if (!secondOfTwo) rewritten[length++] = byte === CR ? LF : byte;
    }
    return rewritten.subarray(0, length);
  }

  private append(part: Uint8Array): void {
    if (this.start === this.end) {
      this.buffer = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      this.owned = false;
      this.start = 0;
      this.end = part.length;
      this.searched = 0;
      return;
    }
    // A new buffer, as views of the old one were handed out; with room, as an event may come in many parts.
    const held = this.end - this.start;
    if (!this.owned || this.end + part.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (held + part.length));
      this.buffer.copy(larger, 0, this.start, this.end);
      this.searched -= this.start;
      this.buffer = larger;
      this.start = 0;
      this.end = held;
      this.owned = true;
    }
    this.buffer.set(part, this.end);
    this.end += part.length;
  }

  /** @returns false while there are too few bytes to tell. */
  private dropByteOrderMark(): boolean {
    const mark = [0xef, 0xbb, 0xbf];
    const seen = this.buffer.subarray(this.start, Math.min(this.end, this.start + mark.length));
    if (seen.every((byte, index) => byte === mark[index])) {
      if (seen.length < mark.length) return false;
      this.start += mark.length;
    }
    this.atBeginning = false;
    return true;
  }
}
