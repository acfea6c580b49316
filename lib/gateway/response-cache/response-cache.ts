import type { FinishReason, TokenUsage } from '../../plugin/index.ts';
import type { CachedAnswer, CachedReplyStore } from '../../storage/cached-reply-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { RecentAnswers } from './recent-answers.ts';

/** How a cached answer was made, for the headers and the record of whoever gets it again. */
export interface AnswerFacts {
  readonly model: string;
  readonly provider: string;
  readonly usage: TokenUsage;
  readonly finishReasons: readonly FinishReason[];
}

export interface ResponseCacheOptions {
  readonly store: Pick<CachedReplyStore, 'get' | 'put'>;
  /** Changes with the configuration of a name. */
  readonly modelVersion: (alias: string) => string;
  readonly now?: () => number;
}

/** Answers that this process had lately take no round trip. */
const mostBytesInMemory = 32 * 1_024 * 1_024;
/** A cache that keeps callers waiting is none. */
const longestReadMs = 300;

/** The response cache of all tenants, each by itself. Whatever goes wrong in it is a miss. */
export class ResponseCache {
  readonly modelVersion: (alias: string) => string;
  readonly now: () => number;
  readonly #store: ResponseCacheOptions['store'];
  readonly #recent = new RecentAnswers(mostBytesInMemory);

  constructor({ store, modelVersion, now = Date.now }: ResponseCacheOptions) {
    this.#store = store;
    this.modelVersion = modelVersion;
    this.now = now;
  }

  /** The answer under a key, if it is younger than the limit. */
  async find(tenantId: string, key: string, maxAgeMs: number): Promise<CachedAnswer | undefined> {
    const isYoung = (answer: CachedAnswer | undefined) =>
      answer !== undefined && this.now() - answer.storedAtMs < maxAgeMs;
    const recent = this.#recent.get(tenantId, key);
    if (isYoung(recent)) return recent;
    const stored = await this.#read(tenantId, key);
    if (stored) this.#recent.set(tenantId, key, stored);
    return isYoung(stored) ? stored : undefined;
  }

  /** Keeps an answer for a while. Never rejects. */
  async keep(tenantId: string, key: string, answer: CachedAnswer, forMs: number): Promise<void> {
    this.#recent.set(tenantId, key, answer);
    await this.#store.put(tenantId, key, answer, answer.storedAtMs + forMs).catch((error: unknown) => {
      log.warn('answer not cached', { tenantId, ...describeError(error) });
    });
  }

  async #read(tenantId: string, key: string): Promise<CachedAnswer | undefined> {
    const reading = this.#store.get(tenantId, key, this.now()).catch((error: unknown) => {
      log.warn('cached answer not read', { tenantId, ...describeError(error) });
      return undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, longestReadMs, undefined);
    });
    return Promise.race([reading, tooLate]).finally(() => clearTimeout(timer));
  }
}
