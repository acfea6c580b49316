import { readFileSync } from 'node:fs';
import { encodeEventStream } from './encode-event-stream.ts';

const root = new URL('../../../../fixtures/providers/', import.meta.url);

/** The bytes of a recorded answer, for example `anthropic/text.sse`. Lines of JSON become an event stream. */
export function readFixture(path: string): Buffer {
  const bytes = readFileSync(new URL(path, root));
  if (!path.endsWith('.jsonl')) return bytes;
  return encodeEventStream(
    bytes
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

const contentTypes: Readonly<Record<string, string>> = {
  sse: 'text/event-stream',
  jsonl: 'application/vnd.amazon.eventstream',
  json: 'application/json',
};

/** The content type that goes with a fixture. */
export function contentTypeOf(path: string): string {
  return contentTypes[path.split('.').at(-1) ?? ''] ?? 'text/plain';
}
