import { describe, expect, it } from 'vitest';
import { FunctionError } from '../../../../lib/local/functions/function-error.ts';
import { RESPONSE_WINDOW_BYTES } from '../../../../lib/local/functions/messages.ts';
import { ResponseBody } from '../../../../lib/local/functions/response-body.ts';

function recorder() {
  const seen: string[] = [];
  return {
    seen,
    onBytes: (bytes: Uint8Array) => {
      seen.push(Buffer.from(bytes).toString());
    },
    onEnd: () => {
      seen.push('(end)');
    },
    onError: (error: FunctionError) => {
      seen.push(`(${error.errorType})`);
    },
  };
}

const failure = new FunctionError({ errorType: 'Oops', errorMessage: 'it broke' });

describe('ResponseBody', () => {
  it('gives a late reader what came before, then what follows, then the end', () => {
    const body = new ResponseBody(() => undefined);
    const reader = recorder();
    body.push(Buffer.from('a'));
    body.read(reader);
    body.push(Buffer.from('b'));
    body.end();
    body.push(Buffer.from('too late'));
    expect(reader.seen).toEqual(['a', 'b', '(end)']);
  });

  it('keeps bytes and end back while the reader pauses', () => {
    const body = new ResponseBody(() => undefined);
    const reader = recorder();
    body.read(reader);
    body.pause();
    body.push(Buffer.from('a'));
    body.end();
    expect(reader.seen).toEqual([]);
    body.resume();
    expect(reader.seen).toEqual(['a', '(end)']);
  });

  it('pauses in the middle of what waits', () => {
    const body = new ResponseBody(() => undefined);
    const seen: string[] = [];
    for (const text of ['a', 'b', 'c']) body.push(Buffer.from(text));
    body.read({
      ...recorder(),
      onBytes: (bytes) => {
        seen.push(Buffer.from(bytes).toString());
        body.pause();
      },
    });
    expect(seen).toEqual(['a']);
    body.resume();
    expect(seen).toEqual(['a', 'b']);
  });

  it('gives the bytes before a failure, then the failure', () => {
    const body = new ResponseBody(() => undefined);
    const reader = recorder();
    body.push(Buffer.from('a'));
    body.end(failure);
    body.read(reader);
    expect(reader.seen).toEqual(['a', '(Oops)']);
  });

  it('reports what was read in portions, and never what waits', () => {
    const reported: number[] = [];
    const body = new ResponseBody((bytes) => reported.push(bytes));
    const quarter = Buffer.alloc(RESPONSE_WINDOW_BYTES / 4);
    body.push(quarter);
    body.push(quarter);
    expect(reported).toEqual([]);
    body.read(recorder());
    expect(reported).toEqual([quarter.length * 2]);
    body.push(quarter);
    expect(reported).toEqual([quarter.length * 2]);
  });
});
