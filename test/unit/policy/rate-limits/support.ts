import { type LimitRule, RateLimits, type RateRequest } from '../../../../lib/policy/rate-limits/index.ts';
import { implicitTenant, TenantSettings } from '../../../../lib/tenancy/index.ts';
import { MemoryRateStore, type MemoryRateStoreOptions } from '../../../support/memory-rate-store.ts';

/** A time of no significance, in the middle of a second. */
export const start = 1_800_000_000_500;

/** Defaults that no test reaches. */
const unlimited = { requestsPerMinute: 60_000_000, tokensPerMinute: 60_000_000 };

export function settingsOf(...rules: readonly Partial<LimitRule>[]): TenantSettings {
  const documents = rules.map((rule, index) => ({
    id: `limit-${index}`,
    level: 'key',
    subject: '*',
    version: 1,
    ...rule,
  }));
  return new TenantSettings(implicitTenant('acme'), new Map([['limit', documents]]));
}

export interface WorldOptions extends MemoryRateStoreOptions {
  readonly rules?: readonly Partial<LimitRule>[];
  readonly defaults?: { requestsPerMinute: number; tokensPerMinute: number };
  readonly mostSubjects?: number;
  readonly fewWritesPerSecond?: number;
}

/** One store, one time that stands still until it is moved, and as many processes as wanted. */
export function newWorld(options: WorldOptions = {}) {
  const clock = { ms: start };
  const { rules = [], defaults = unlimited, ...rest } = options;
  const store = new MemoryRateStore({ now: () => clock.ms, ...rest });
  const world = {
    clock,
    store,
    settings: settingsOf(...rules),
    /** @param skewMs - how far the clock of the process is ahead */
    process(skewMs = 0) {
      const limits = new RateLimits({
        store,
        slots: store,
        defaults,
        now: () => clock.ms + skewMs,
        ...(options.mostSubjects !== undefined && { mostSubjects: options.mostSubjects }),
        ...(options.fewWritesPerSecond !== undefined && {
          fewWritesPerSecond: options.fewWritesPerSecond,
        }),
      });
      return {
        take: (tokens = 0, subject: Partial<RateRequest['subject']> = {}) =>
          limits.take({
            settings: world.settings,
            subject: { tenantId: 'acme', projectId: 'search', keyId: 'key-1', ...subject },
            tokens,
          }),
      };
    },
  };
  return world;
}

export type Process = ReturnType<ReturnType<typeof newWorld>['process']>;

/** Takes until refused; the number that was admitted. */
export async function drain(process: Process, tokens = 0, most = 10_000): Promise<number> {
  for (let admitted = 0; admitted < most; admitted += 1) {
    if (!(await process.take(tokens)).admitted) return admitted;
  }
  return most;
}

export async function admittedOf(
  takings: readonly Promise<{ readonly admitted: boolean }>[],
): Promise<number> {
  return (await Promise.all(takings)).filter(({ admitted }) => admitted).length;
}
