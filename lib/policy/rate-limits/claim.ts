import type { Meter } from './meter.ts';

interface ClaimPart {
  readonly meter: Meter;
  /** What a unit took when the claim was made; the limit may change while the request runs. */
  readonly unitUs: number;
  readonly amountUs: number;
  /** When the part will have drained from the bucket. */
  readonly endUs: number;
}

/** What one request takes of the meters of one bucket. */
export interface Claim {
  readonly tokens: number;
  readonly parts: readonly ClaimPart[];
}

export function costUs(meter: Meter, tokens: number): number {
  return meter.kind.counts === 'requests' ? meter.unitUs : tokens * meter.unitUs;
}

/** Uses what a request costs of pools that have enough. */
export function claim(meters: readonly Meter[], tokens: number, nowUs: number): Claim {
  const parts = meters.map((meter) => {
    const amountUs = costUs(meter, tokens);
    return { meter, unitUs: meter.unitUs, amountUs, endUs: meter.use(amountUs, nowUs) };
  });
  return { tokens, parts };
}

/** Corrects a claim to what was really used: more becomes a debt, if the pool has not as much. */
export function settleClaim({ tokens, parts }: Claim, usedTokens: number, nowUs: number): void {
  for (const { meter, unitUs, endUs } of parts) {
    if (meter.kind.counts !== 'tokens') continue;
    const unusedUs = (tokens - usedTokens) * unitUs;
    if (unusedUs > 0) meter.pool.add(unusedUs, endUs);
    else if (unusedUs < 0) meter.pool.spend(-unusedUs, nowUs);
  }
}

/** Gives all of a claim back to its pools. */
export function giveBack({ parts }: Claim): void {
  for (const { meter, amountUs, endUs } of parts) meter.pool.add(amountUs, endUs);
}
