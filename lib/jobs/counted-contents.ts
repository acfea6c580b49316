import { UsageCapReached, type UsageCaps, type UsageReservation } from '../policy/index.ts';
import type { JobContentStore } from '../storage/job-content-store.ts';
import { describeError, log } from '../telemetry/index.ts';
import type { TenantSettings } from '../tenancy/index.ts';

/** In whose stored bytes a content counts. */
export interface ContentOwner {
  readonly tenantId: string;
  readonly projectId: string;
  /** Absent for what is paid for already: it is kept whatever the caps say, and counts. */
  readonly settings?: TenantSettings;
}

/** What jobs were asked and what they answered. */
export interface JobContents extends Pick<JobContentStore, 'get' | 'remove' | 'names'> {
  /** @throws UsageCapReached, ObjectTooLarge */
  put(owner: ContentOwner, name: string, content: Uint8Array, expiresAtMs: number): Promise<void>;
}

type Reservation = Pick<UsageReservation, 'commit' | 'release'>;

export interface CountedContentsOptions {
  readonly contents: Pick<JobContentStore, 'put' | 'get' | 'remove' | 'names'>;
  readonly caps: Pick<UsageCaps, 'reserve' | 'remove'>;
}

/** Contents of jobs that count in what their tenants store. */
export class CountedContents implements JobContents {
  readonly #contents: CountedContentsOptions['contents'];
  readonly #caps: CountedContentsOptions['caps'];

  constructor({ contents, caps }: CountedContentsOptions) {
    this.#contents = contents;
    this.#caps = caps;
  }

  async put(owner: ContentOwner, name: string, content: Uint8Array, expiresAtMs: number): Promise<void> {
    const { tenantId, settings } = owner;
    const reservation = await (settings
      ? this.#reserve(owner, name, content.byteLength, settings)
      : this.#count(owner, name, content.byteLength));
    try {
      await this.#contents.put(tenantId, name, content, expiresAtMs);
    } catch (error) {
      await reservation?.release();
      throw error;
    }
    await reservation?.commit();
  }

  get(tenantId: string, name: string): Promise<Uint8Array | undefined> {
    return this.#contents.get(tenantId, name);
  }

  names(tenantId: string, limit: number): Promise<readonly string[]> {
    return this.#contents.names(tenantId, limit);
  }

  async remove(tenantId: string, name: string): Promise<void> {
    await this.#contents.remove(tenantId, name);
    await this.#caps.remove(tenantId, claimOf(name));
  }

  async #reserve(
    { tenantId, projectId }: ContentOwner,
    name: string,
    amount: number,
    settings: TenantSettings,
  ): Promise<Reservation> {
    const id = claimOf(name);
    const request = { tenantId, projectId, metric: 'stored_bytes', amount, id, settings } as const;
    const outcome = await this.#caps.reserve(request);
    if (!outcome.granted) throw new UsageCapReached(outcome);
    return outcome;
  }

  /** An answer that is paid for is worth more than its count: where that fails, it is kept all the same. */
  async #count(
    { tenantId, projectId }: ContentOwner,
    name: string,
    amount: number,
  ): Promise<Reservation | undefined> {
    const tell = (error: unknown) =>
      log.error('what a job answered is not counted', { tenantId, name, ...describeError(error) });
    const request = { tenantId, projectId, metric: 'stored_bytes', amount, id: claimOf(name) } as const;
    const outcome = await this.#caps.reserve(request).catch(tell);
    if (!outcome?.granted) return undefined;
    return { release: () => outcome.release().catch(tell), commit: () => outcome.commit().catch(tell) };
  }
}

function claimOf(name: string): string {
  return `job/${name}`;
}
