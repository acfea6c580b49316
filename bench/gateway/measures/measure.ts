import type { Failures } from '../../load/failures.ts';
import type { System } from '../systems/system.ts';

/** Numbers by name; the name carries the unit. */
export type Figures = Readonly<Record<string, number>>;

/** One measurement of one system in one round. */
export interface Sample {
  readonly figures: Figures;
  /** Requests sent, those of the preparation included. */
  readonly requests: number;
  readonly failures: readonly Failures[];
}

/** Something that is measured of every system in the same way. */
export interface Measure {
  readonly name: string;
  run(system: System, seconds: number): Promise<Sample>;
}
