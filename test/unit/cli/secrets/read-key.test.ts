import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readKey } from '../../../../lib/cli/secrets/read-key.ts';

let shown: string;
beforeEach(() => {
  shown = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      shown += String(text);
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

/** A pipe, or a terminal whose raw mode is noted. */
function input(parts: readonly string[], terminal = false) {
  const modes: boolean[] = [];
  const stream = Object.assign(new PassThrough(), {
    isTTY: terminal,
    setRawMode(raw: boolean) {
      modes.push(raw);
      return stream;
    },
  });
  for (const part of parts) stream.write(part);
  if (!terminal) stream.end();
  return { stream: stream as unknown as NodeJS.ReadStream, modes };
}

describe('a key', () => {
  it.each([
    ['is taken from a pipe', ['sk-', 'new']],
    ['may end in a line break', ['sk-new\r\n']],
  ])('%s', async (_what, parts) => {
    expect(await readKey('KEY', input(parts).stream)).toBe('sk-new');
    expect(shown).toBe('');
  });

  it('is typed at a terminal unseen, with corrections', async () => {
    const { stream, modes } = input(['sk-', 'nex\u007fw', '\r'], true);
    expect(await readKey('KEY', stream)).toBe('sk-new');
    expect(modes).toEqual([true, false]);
    expect(shown).toContain('Key for KEY');
    expect(shown).not.toContain('sk-');
  });

  it('that a person does not want to give after all is not taken', async () => {
    const { stream, modes } = input(['sk-', '\u0003'], true);
    await expect(readKey('KEY', stream)).rejects.toThrow('nothing was stored');
    expect(modes).toEqual([true, false]);
  });

  it.each([
    ['is empty', ['\n'], 'no key came in'],
    ['has two lines', ['sk-new\nsk-more'], 'one line'],
    ['has spaces', ['Bearer sk-new'], 'one line'],
    ['is a whole file', ['x'.repeat(8_193)], 'one line'],
  ])('that %s is refused and not quoted', async (_what, parts, message) => {
    const reading = readKey('KEY', input(parts).stream);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.not.toThrow('sk-new');
  });
});
