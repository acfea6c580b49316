import type { JsonObject, ModelAnswer, Operation, UpstreamErrorClass } from '../../plugin/index.ts';
import type { TargetPricing } from '../prices/target-pricing.ts';

/** What the gateway asks of the router. */
export interface RouteRequest {
  /** A key of `models` in the configuration. */
  readonly alias: string;
  readonly operation: Operation;
  /** The caller's request in OpenAI's format. */
  readonly body: JsonObject;
  readonly stream: boolean;
  /** True where an answer must not cost more than was held for it: a call without a limit of output tokens gets one. */
  readonly limitOutput?: boolean;
  /** Tells which targets may see the request; asked for every alias that it is routed through. @default - all may */
  readonly allowTarget?: (target: Pick<RoutedTarget, 'alias' | 'provider' | 'model'>) => boolean;
  /** Aborts when the caller goes away: then nothing is waited for or tried any more. */
  readonly signal: AbortSignal;
}

/** The model that served a request. */
export interface RoutedTarget {
  /** A key of `providers` in the configuration. */
  readonly provider: string;
  /** The name by which the provider knows the model. */
  readonly model: string;
  /** The alias it was reached through; the larger model's where the request was too long for the one asked for. */
  readonly alias: string;
  /** How a call is priced; absent where nothing is known. */
  readonly pricing?: TargetPricing;
}

/** One call of one target, for the record. Never holds a key. */
export interface Attempt {
  readonly provider: string;
  readonly model: string;
  /** Position of the key among those of the provider; absent where none was used. */
  readonly keyIndex?: number;
  readonly outcome: 'ok' | UpstreamErrorClass;
  /** HTTP status of a failure, where there was one. */
  readonly status?: number;
  /** Until the whole answer, the first content of a stream, or the failure. */
  readonly latencyMs: number;
  /** Waited before the attempt, for back-off or because the upstream asked for it. */
  readonly waitedMs: number;
}

/** An answer, and how it came about. */
export interface RoutedAnswer {
  /** A stream has had its first content: its first events are held and come first when it is read. */
  readonly answer: ModelAnswer;
  readonly target: RoutedTarget;
  /** In order. Should a stream fail later, the last attempt is replaced by one with that outcome. */
  readonly attempts: readonly Attempt[];
  /** From the start of the request to the first content; streams only. */
  readonly firstTokenMs?: number;
}

export interface Router {
  /** @throws RoutingError with every attempt and the last failure. */
  route(request: RouteRequest): Promise<RoutedAnswer>;
}
