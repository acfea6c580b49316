import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../../lib/local/functions/in-flight.ts';
import { bytesKept, fewBytes } from '../../../support/bytes-kept.ts';

const inFlightModule = new URL('../../../../lib/local/functions/in-flight.ts', import.meta.url);

describe('InFlight', () => {
  it('knows what was added until it is deleted', () => {
    const inFlight = new InFlight<string>();
    inFlight.add(7, 'seven');
    inFlight.add(8, 'eight');
    expect(inFlight.get(7)).toBe('seven');
    expect(inFlight.delete(7)).toBe('seven');
    expect(inFlight.delete(7)).toBeUndefined();
    expect(inFlight.get(7)).toBeUndefined();
    expect(inFlight.size).toBe(1);
    expect(inFlight.all()).toEqual(['eight']);
  });

  it('keeps nothing of what came and went', () => {
    const kept = bytesKept(`
      import { InFlight } from ${JSON.stringify(inFlightModule)};
      const inFlight = new InFlight();
      const once = (i) => {
        inFlight.add(i, new Array(500).fill(i));
        if (i >= 32) inFlight.delete(i - 32);
      };`);
    expect(kept).toBeLessThan(fewBytes);
  });
});

describe('a Map of what is under way', () => {
  it('is why: it keeps what came and went', () => {
    const kept = bytesKept(`
      const inFlight = new Map();
      const once = (i) => {
        inFlight.set(i, new Array(500).fill(i));
        inFlight.delete(i - 32);
      };`);
    expect(kept).toBeGreaterThan(fewBytes);
  });
});
