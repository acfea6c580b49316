import { describe, expect, it } from 'vitest';
import {
  chunksPerStream,
  closingEvents,
  contentEvent,
  openingEvent,
} from '../../../bench/gateway/systems/fake-answers.ts';
import { ChunkReader } from '../../../bench/load/chunk-reader.ts';

const stream = [
  openingEvent,
  ...Array.from({ length: chunksPerStream }, contentEvent),
  closingEvents(true),
].join('');

function readInPieces(text: string, size: number) {
  const reader = new ChunkReader();
  const contents: string[] = [];
  for (let i = 0; i < text.length; i += size)
    contents.push(...reader.read(Buffer.from(text.slice(i, i + size))));
  return { contents, done: reader.done };
}

describe('the reader of a fake stream', () => {
  it.each([1, 7, 250, 1_000_000])('finds every content when it comes in pieces of %d bytes', (size) => {
    const { contents, done } = readInPieces(stream, size);
    expect(contents).toHaveLength(chunksPerStream);
    expect(contents.every((content) => Number(content) > 0)).toBe(true);
    expect(done).toBe(true);
  });

  it('does not take a stream that breaks off for a complete one', () => {
    const { contents, done } = readInPieces(stream.slice(0, stream.lastIndexOf('data: [DONE]')), 250);
    expect(contents).toHaveLength(chunksPerStream);
    expect(done).toBe(false);
  });

  it('passes over keep-alive comments and empty contents', () => {
    expect(readInPieces(`: ping\n\n${openingEvent}: ping\n\n${closingEvents(false)}`, 250)).toEqual({
      contents: [],
      done: true,
    });
  });
});
