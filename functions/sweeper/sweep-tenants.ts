import { describeError, log } from '../../lib/telemetry/index.ts';

/** Something that is done for each tenant again and again. It may be cut short at any point, and run twice at once. */
export interface Sweep {
  /** What it sweeps, for the log. */
  readonly name: string;
  readonly run: (tenantId: string) => Promise<unknown>;
}

export interface SweepOptions {
  readonly tenants: AsyncIterable<string>;
  readonly sweeps: readonly Sweep[];
  /** No tenant is begun after it aborts. */
  readonly deadline: AbortSignal;
  /** @default Math.random */
  readonly random?: () => number;
}

const tenantsAtOnce = 10;

/**
 * Runs every sweep for every tenant. It begins with another tenant each time, so that where the time is too short for all,
 * none is always left out. What fails for one tenant fails for no other.
 *
 * @throws AggregateError of all failures, once the rest is done
 */
export async function sweepTenants({
  tenants,
  sweeps,
  deadline,
  random = Math.random,
}: SweepOptions): Promise<void> {
  const ids = await Array.fromAsync(tenants);
  const start = Math.floor(random() * ids.length);
  const waiting = [...ids.slice(start), ...ids.slice(0, start)].values();
  const failures: unknown[] = [];
  const sweepSome = async () => {
    for (const tenantId of waiting) {
      if (deadline.aborted) return;
      for (const { name, run } of sweeps) {
        try {
          await run(tenantId);
        } catch (error) {
          failures.push(error);
          log.error('a sweep failed', { sweep: name, tenantId, ...describeError(error) });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: tenantsAtOnce }, sweepSome));
  const left = [...waiting].length;
  if (left > 0) log.warn('a sweep ran out of time', { tenants: ids.length, left });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} sweeps of tenants failed`);
}
