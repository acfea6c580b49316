import { type AttributeValue, ConditionalCheckFailedException } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import { queryPage } from './query-page.ts';

export interface StoredJob<Job> {
  readonly job: Job;
  /** Grows with every change: a change names the version that it is of. */
  readonly version: number;
}

/** Says that a job may have something left to be done. */
export interface OpenEntry {
  readonly jobId: string;
  /** How often the job has been opened: an appeal opens it again. */
  readonly round: number;
  readonly openedAtMs: number;
}

export interface JobPage<Item> {
  readonly items: readonly Item[];
  /** The `after` of the next page. Absent: this was the last. */
  readonly next?: string;
}

/** A job was there already, or had been changed meanwhile. */
export class JobConflict extends Error {
  override readonly name = 'JobConflict';
}

/** What one BatchGetItem takes. */
const maxBatch = 100;
/** Read requests that come back unprocessed are made again this often. */
const maxRounds = 5;

/**
 * The table of jobs: one item for each job, and one for each that is open. An open entry is written before the job can
 * be found, and removed after the job has ended, so whoever reads the entries misses no open job; what is left of a
 * crash is an entry too many, whose job tells that it has ended.
 */
export class JobStore<Job extends object> {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  async get(tenantId: string, jobId: string): Promise<StoredJob<Job> | undefined> {
    const { Item: item } = await this.#clientFor(tenantId).getItem({
      TableName: this.#tableName,
      Key: jobKey(tenantId, jobId),
      ConsistentRead: true,
    });
    return item && this.#read(item);
  }

  /** The jobs that are there, in the order of the ids. */
  async getAll(tenantId: string, jobIds: readonly string[]): Promise<readonly StoredJob<Job>[]> {
    const found = new Map<string, StoredJob<Job>>();
    for (let start = 0; start < jobIds.length; start += maxBatch) {
      let keys = jobIds.slice(start, start + maxBatch).map((jobId) => jobKey(tenantId, jobId));
      for (let round = 0; keys.length > 0; round += 1) {
        if (round === maxRounds) throw new Error(`${keys.length} jobs could not be read`);
        const { Responses: answers, UnprocessedKeys: left } = await this.#clientFor(tenantId).batchGetItem({
          RequestItems: { [this.#tableName]: { Keys: keys, ConsistentRead: true } },
        });
        for (const item of answers?.[this.#tableName] ?? []) found.set(item.sort?.S ?? '', this.#read(item));
        keys = (left?.[this.#tableName]?.Keys ?? []) as typeof keys;
      }
    }
    return jobIds.flatMap((jobId) => found.get(jobId) ?? []);
  }

  /** Jobs in the order of their ids, which is that of time. */
  async list(
    tenantId: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<JobPage<StoredJob<Job>>> {
    const page = await queryPage(this.#clientFor(tenantId), {
      tableName: this.#tableName,
      partition: jobPartition(tenantId),
      ...options,
    });
    return { ...page, items: page.items.map((item) => this.#read(item)) };
  }

  /** @throws JobConflict where there is one of this id already */
  async create(tenantId: string, jobId: string, job: Job, forgetAtMs: number): Promise<void> {
    await this.#put(tenantId, jobId, job, 1, forgetAtMs, 'attribute_not_exists(sort)');
  }

  /**
   * Changes a job.
   *
   * @param version - the version that was read
   * @param forgetAtMs - when the job is removed from the table
   * @throws JobConflict where it has been changed or removed meanwhile
   */
  async replace(
    tenantId: string,
    jobId: string,
    job: Job,
    version: number,
    forgetAtMs: number,
  ): Promise<void> {
    await this.#put(tenantId, jobId, job, version + 1, forgetAtMs, 'version = :before', {
      ':before': { N: String(version) },
    });
  }

  /** Removes a job, if it is there. */
  async remove(tenantId: string, jobId: string): Promise<void> {
    await this.#clientFor(tenantId).deleteItem({ TableName: this.#tableName, Key: jobKey(tenantId, jobId) });
  }

  /** Notes that a job is open, before it is. */
  async markOpen(tenantId: string, entry: OpenEntry, forgetAtMs: number): Promise<void> {
    await this.#clientFor(tenantId).putItem({
      TableName: this.#tableName,
      Item: {
        ...openKey(tenantId, entry),
        openedAtMs: { N: String(entry.openedAtMs) },
        expiresAt: { N: epochSeconds(forgetAtMs) },
      },
    });
  }

  /** Notes that a job has ended, after it has. The round keeps a late call from taking away a newer entry. */
  async unmarkOpen(tenantId: string, entry: Pick<OpenEntry, 'jobId' | 'round'>): Promise<void> {
    await this.#clientFor(tenantId).deleteItem({ TableName: this.#tableName, Key: openKey(tenantId, entry) });
  }

  /**
   * Open jobs, the oldest first. Some may have ended already.
   *
   * @param options - `after` is the id of a job
   */
  async listOpen(
    tenantId: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<JobPage<OpenEntry>> {
    const { after, limit } = options;
    const { items, next } = await queryPage(this.#clientFor(tenantId), {
      tableName: this.#tableName,
      partition: openPartition(tenantId),
      // Behind all rounds of that job.
      after: after === undefined ? undefined : `${after}#~`,
      limit,
    });
    const entries = items.map(readEntry);
    return { items: entries, ...(next !== undefined && { next: next.slice(0, next.indexOf('#')) }) };
  }

  async #put(
    tenantId: string,
    jobId: string,
    job: Job,
    version: number,
    forgetAtMs: number,
    condition: string,
    values?: Record<string, AttributeValue>,
  ): Promise<void> {
    try {
      await this.#clientFor(tenantId).putItem({
        TableName: this.#tableName,
        Item: {
          ...jobKey(tenantId, jobId),
          job: { S: JSON.stringify(job) },
          version: { N: String(version) },
          expiresAt: { N: epochSeconds(forgetAtMs) },
        },
        ConditionExpression: condition,
        ...(values && { ExpressionAttributeValues: values }),
      });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        throw new JobConflict(`the job ${jobId} of tenant ${tenantId} is not as it was read`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  #read(item: Record<string, AttributeValue>): StoredJob<Job> {
    return { job: JSON.parse(item.job?.S ?? 'null') as Job, version: Number(item.version?.N) };
  }
}

function jobPartition(tenantId: string): string {
  return `${tenantId}#jobs`;
}

function openPartition(tenantId: string): string {
  return `${tenantId}#open-jobs`;
}

function jobKey(tenantId: string, jobId: string) {
  return { partition: { S: jobPartition(tenantId) }, sort: { S: jobId } };
}

function openKey(tenantId: string, { jobId, round }: Pick<OpenEntry, 'jobId' | 'round'>) {
  return { partition: { S: openPartition(tenantId) }, sort: { S: `${jobId}#${round}` } };
}

function readEntry(item: Record<string, AttributeValue>): OpenEntry {
  const [jobId = '', round] = (item.sort?.S ?? '').split('#');
  return { jobId, round: Number(round), openedAtMs: Number(item.openedAtMs?.N) };
}

function epochSeconds(timeMs: number): string {
  return String(Math.ceil(timeMs / 1_000));
}
