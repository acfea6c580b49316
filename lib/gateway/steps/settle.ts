import type { Attempt, RoutedTarget } from '../../models/index.ts';
import type { FinishReason, JsonObject, Operation, TokenUsage } from '../../plugin/index.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayServices } from '../services.ts';
import type { Admission } from './admission.ts';
import type { AllowedUse } from './decide.ts';
import type { OutputGuard } from './guard-output.ts';
import type { IntentFacts } from './records.ts';

/** How a call ended, as far as it got. */
export interface CallResult {
  readonly target?: RoutedTarget;
  readonly attempts: readonly Attempt[];
  readonly status: number;
  readonly errorCode?: string;
  readonly cutBy?: 'caller' | 'upstream';
  readonly finishReasons: readonly FinishReason[];
  /** What the upstream reported; null where it reported nothing. */
  readonly usage: TokenUsage | null;
  /** The text that was produced, for counting where `usage` is null; undefined where nothing was. */
  readonly producedText?: () => string;
  readonly firstTokenMs?: number;
}

/** What stays the same for the whole of a call. */
export interface CallContext {
  readonly exchange: Exchange;
  readonly intent: IntentFacts;
  readonly operation: Operation;
  readonly body: JsonObject;
  readonly admission: Admission;
  /** What checks the answer. Absent: it passes as it is. */
  readonly guard?: OutputGuard;
  /** Which targets may see the request. @default - all may */
  readonly allowTarget?: AllowedUse['allowTarget'];
  readonly services: GatewayServices;
}

/**
 * Settles a call: counts what the upstream did not, prices it, corrects the rate limit and records the outcome. The
 * outcome is written behind the answer; the function stays alive for it.
 */
export async function settle(context: CallContext, result: CallResult): Promise<void> {
  const { exchange, intent, services } = context;
  const { target, producedText, ...facts } = result;
  const usage =
    result.usage ?? (producedText ? await services.countTokens(context.body, producedText()) : null);
  const totalMs = performance.now() - exchange.startedAt;
  const price = target && usage ? services.price(target, usage, serviceMs(context, result)) : undefined;
  // A call that produced nothing costs nothing; one whose price is unknown is not free.
  const costMicroUsd = price ? price.costMicroUsd : 0;
  exchange.served.costMicroUsd = costMicroUsd;
  exchange.settled = { usage, finishReasons: result.finishReasons };
  const outcome = services.records.outcome(exchange, {
    ...intent,
    operation: context.operation,
    ...facts,
    ...(target ? { provider: target.provider, model: target.model } : {}),
    ...(price ? { priceSource: `${price.source}${price.version ? ` ${price.version}` : ''}` } : {}),
    ...(context.guard && { outputGuardrails: describeReport(context.guard) }),
    usage,
    costMicroUsd,
    latency: {
      totalMs: Math.round(totalMs),
      upstreamMs: Math.round(exchange.served.upstreamMs ?? 0),
      ...(result.firstTokenMs === undefined ? {} : { firstTokenMs: Math.round(result.firstTokenMs) }),
    },
  });
  exchange.origin.waitUntil(outcome);
  context.admission.settle(
    { tokens: usage ? usage.inputTokens + usage.outputTokens : 0, costMicroUsd },
    outcome,
  );
}

function describeReport({ report: { runs, findings } }: OutputGuard) {
  return { runs, findings };
}

/** How long the model that answered was busy: from the start of the last attempt, failed ones and waits left out. */
function serviceMs({ exchange }: CallContext, { attempts }: CallResult): number {
  const { answeredAt = performance.now() } = exchange.served;
  return performance.now() - answeredAt + (attempts.at(-1)?.latencyMs ?? 0);
}
