import type { CapRefusal } from './usage-caps.ts';

/** A tenant or project may use no more of something. */
export class UsageCapReached extends Error {
  override readonly name = 'UsageCapReached';
  readonly refusal: CapRefusal;

  constructor(refusal: CapRefusal) {
    const { metric, level } = refusal.cap;
    super(`the cap of ${metric.replaceAll('_', ' ')} of this ${level} is reached`);
    this.refusal = refusal;
  }
}
