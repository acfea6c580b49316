import type { Attempt } from '../../models/index.ts';
import type { FinishReason, Operation, TokenUsage } from '../../plugin/index.ts';
import type { GuardrailFinding, GuardrailRun, HoldReference } from '../../policy/index.ts';
import type { RequestStore } from '../../storage/request-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import type { Principal, RefusalReason } from '../../tenancy/index.ts';
import type { SignInRefusal } from '../../tenancy/sign-in/sign-in.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';

/** Which guardrails were asked, how that ended and what they found. */
export interface GuardrailRecord {
  readonly runs: readonly GuardrailRun[];
  readonly findings: readonly GuardrailFinding[];
}

/** What is known before a model is called. */
export interface IntentFacts {
  readonly principal: Principal;
  /** The route, for example `POST /v1/chat/completions`. */
  readonly route: string;
  /** The name that the caller asked for. */
  readonly alias: string;
  readonly stream: boolean;
  /** The caller's `safety_identifier` or `user`. */
  readonly endUser?: string;
  /** What is held of which budget, so that it can be settled even if this process dies. */
  readonly holds?: readonly HoldReference[];
  /** What guardrails made of the request. Absent: none was asked. */
  readonly guardrails?: GuardrailRecord;
  /** `open`: admitted though the limits could not be looked up, as the tenant wants it. */
  readonly admission?: 'open';
  /** The access policies that decided that the request may be made. */
  readonly policyIds?: readonly string[];
}

/** What is known of a request that access policies refuse. */
export interface DeniedFacts extends Pick<IntentFacts, 'principal' | 'route' | 'alias' | 'endUser'> {
  readonly reason: 'policy_denied' | 'residency_denied';
  /** The policies that refuse it; none where no policy permits it. */
  readonly policyIds: readonly string[];
}

/** What is known once a request is over, however it ended. */
export interface OutcomeFacts extends IntentFacts {
  /** What a model was asked for, by which usage is counted. Absent: none was called. */
  readonly operation?: Operation | 'moderations';
  /** The HTTP status that the caller was sent. */
  readonly status: number;
  /** Why the request failed or was cut short; absent where it did not. */
  readonly errorCode?: string;
  /** Who ended an answer before its end. */
  readonly cutBy?: 'caller' | 'upstream';
  readonly provider?: string;
  readonly model?: string;
  /** The response cache had the answer: no model was called. */
  readonly cache?: 'hit';
  readonly attempts: readonly Attempt[];
  readonly finishReasons: readonly FinishReason[];
  /** What guardrails made of the answer. Absent: none was asked. */
  readonly outputGuardrails?: GuardrailRecord;
  /** Null where nothing was produced. */
  readonly usage: TokenUsage | null;
  /** Integer micro-dollars; null where the price is not known. */
  readonly costMicroUsd: number | null;
  /** Where the price came from, and its version. */
  readonly priceSource?: string;
  readonly latency: {
    readonly totalMs: number;
    /** Spent waiting for upstreams until the answer began, retries included. */
    readonly upstreamMs: number;
    readonly firstTokenMs?: number;
  };
}

/** Records of requests without a tenant: refused keys. */
const platform = 'platform';

/** Writes what happened. No record ever holds a key, a prompt or an answer. */
export class Records {
  readonly #store: Pick<RequestStore, 'put'>;

  constructor(store: Pick<RequestStore, 'put'>) {
    this.#store = store;
  }

  /** A key or a token was refused. The refusal stands even where it cannot be recorded; then the log has it. */
  async refused(
    exchange: Exchange,
    refusal: {
      readonly reason: RefusalReason | SignInRefusal;
      readonly keyId?: string;
      readonly issuer?: string;
    },
  ): Promise<void> {
    const record = { ...identity(exchange), sourceIp: exchange.origin.sourceIp, ...refusal };
    log.warn('key refused', record);
    await this.#store.put(platform, exchange.requestId, 'refused', record).catch((error: unknown) => {
      log.error('refusal not recorded', { ...record, ...describeError(error) });
    });
  }

  /** A request was refused by access policies. The refusal stands even where it cannot be recorded; then the log has it. */
  async denied(exchange: Exchange, { principal, ...facts }: DeniedFacts): Promise<void> {
    const { sourceIp } = exchange.origin;
    const record = { ...identity(exchange), ...describePrincipal(principal), sourceIp, ...facts };
    await this.#store
      .put(principal.tenantId, exchange.requestId, 'refused', record)
      .catch((error: unknown) => {
        log.error('denial not recorded', { ...record, ...describeError(error) });
      });
  }

  /**
   * Must succeed before a model is called: no intent, no call.
   *
   * @throws ApiError 503 where the record could not be stored.
   */
  async intent(exchange: Exchange, { principal, ...facts }: IntentFacts): Promise<void> {
    const record = {
      ...identity(exchange),
      ...describePrincipal(principal),
      sourceIp: exchange.origin.sourceIp,
      ...facts,
    };
    try {
      await this.#store.put(principal.tenantId, exchange.requestId, 'intent', record);
    } catch (error) {
      throw new ApiError(503, 'The request could not be recorded, so it was not carried out. Try again.', {
        code: 'records_unavailable',
        retryAfterMs: 1_000,
        cause: error,
      });
    }
  }

  /**
   * Never fails: the caller has the answer by now. An outcome that cannot be stored goes to the log, whole.
   *
   * @returns whether it is stored
   */
  async outcome(exchange: Exchange, { principal, ...facts }: OutcomeFacts): Promise<boolean> {
    const record = { ...identity(exchange), ...describePrincipal(principal), ...facts };
    try {
      await this.#store.put(principal.tenantId, exchange.requestId, 'outcome', record);
      return true;
    } catch (error) {
      log.error('outcome not recorded', { record, ...describeError(error) });
      return false;
    }
  }
}

function identity(exchange: Exchange): object {
  const { requestId, echoedRequestId, startedAtMs } = exchange;
  return {
    requestId,
    ...(echoedRequestId === requestId ? {} : { clientRequestId: echoedRequestId }),
    receivedAtMs: startedAtMs,
  };
}

function describePrincipal({ tenantId, projectId, keyId, userId }: Principal): object {
  return { tenantId, projectId, keyId, ...(userId === undefined ? {} : { userId }) };
}
