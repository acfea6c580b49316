import type { RoutedAnswer } from '../../models/index.ts';
import { type FinishReason, type StreamAnswer, type TokenUsage, UpstreamError } from '../../plugin/index.ts';
import type { ApiError } from '../errors/api-error.ts';
import { fromUpstreamError } from '../errors/from-upstream.ts';
import { toApiError } from '../errors/to-response.ts';
import { type CallContext, settle } from '../steps/settle.ts';
import { done, errorEvent } from './server-sent-events.ts';

/**
 * Hands a streamed answer to the caller, event by event, and settles it at the end, whichever end that is: complete,
 * cut by the upstream (an error event in band, never `[DONE]`), or left by the caller.
 */
export async function* relayStream(
  context: CallContext,
  routed: RoutedAnswer & { readonly answer: StreamAnswer },
): AsyncGenerator<Uint8Array, void> {
  const wantsUsage = asksForUsage(context);
  const produced: string[] = [];
  const finishReasons: FinishReason[] = [];
  let usage: TokenUsage | null = null;
  let ending: { status: number; errorCode?: string; cutBy?: 'caller' | 'upstream' } | undefined;
  try {
    for await (const event of routed.answer.events) {
      if (event.text !== '') produced.push(event.text);
      if (event.usage) usage = event.usage;
      if (event.finishReason) finishReasons.push(event.finishReason);
      if (event.usageOnly && !wantsUsage) continue;
      yield event.bytes;
    }
    ending = { status: 200 };
    yield done;
  } catch (thrown) {
    const error = describeCut(thrown);
    ending = {
      status: 200,
      errorCode: error.code ?? error.type,
      cutBy: error.status === 499 ? 'caller' : 'upstream',
    };
    yield errorEvent(error.body);
  } finally {
    // Without an ending the consumer left the loop: the caller is gone.
    await settle(context, {
      target: routed.target,
      attempts: routed.attempts,
      ...(ending ?? { status: 200, errorCode: 'cancelled', cutBy: 'caller' }),
      finishReasons,
      usage,
      producedText: () => produced.join(''),
      ...(routed.firstTokenMs === undefined ? {} : { firstTokenMs: routed.firstTokenMs }),
    });
  }
}

function asksForUsage({ body }: CallContext): boolean {
  const options = body.stream_options;
  return (
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true
  );
}

function describeCut(thrown: unknown): ApiError {
  return thrown instanceof UpstreamError ? fromUpstreamError(thrown) : toApiError(thrown);
}
