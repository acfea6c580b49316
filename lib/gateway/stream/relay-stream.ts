import type { RoutedAnswer } from '../../models/index.ts';
import {
  type FinishReason,
  type StreamAnswer,
  type StreamEvent,
  type TokenUsage,
  UpstreamError,
} from '../../plugin/index.ts';
import type { ApiError } from '../errors/api-error.ts';
import { fromUpstreamError } from '../errors/from-upstream.ts';
import { toApiError } from '../errors/to-reply.ts';
import type { WriteChunk } from '../http.ts';
import { type CallContext, type CallResult, settle } from '../steps/settle.ts';
import { guardStream } from './guard-stream.ts';
import { done, errorEvent } from './server-sent-events.ts';

export type RoutedStream = RoutedAnswer & { readonly answer: StreamAnswer };

type Ending = Pick<CallResult, 'status' | 'errorCode' | 'cutBy'>;

const leftByCaller: Ending = { status: 200, errorCode: 'cancelled', cutBy: 'caller' };

/**
 * Hands a streamed answer to the caller, event by event, and settles it at the end, whichever end that is: complete,
 * cut by the upstream (an error event in band, never `[DONE]`), or left by the caller.
 */
export async function relayStream(
  context: CallContext,
  routed: RoutedStream,
  write: WriteChunk,
): Promise<void> {
  const { signal } = context.exchange.origin;
  const wantsUsage = asksForUsage(context);
  const produced: string[] = [];
  const finishReasons: FinishReason[] = [];
  let usage: TokenUsage | null = null;
  let ending: Ending;
  const note = ({ text, usage: reported }: StreamEvent) => {
    if (text !== '') produced.push(text);
    if (reported) usage = reported;
  };
  const { guard } = context;
  const { events } = routed.answer;
  try {
    for await (const event of guard ? guardStream(overhear(events, note), guard) : events) {
      if (!guard) note(event);
      if (event.finishReason) finishReasons.push(event.finishReason);
      if (event.usageOnly && !wantsUsage) continue;
      const lagging = write(event.bytes);
      if (lagging) await lagging;
      if (signal.aborted) break;
    }
    ending = signal.aborted ? leftByCaller : { status: 200 };
    if (!signal.aborted) await write(done);
  } catch (thrown) {
    const error = describeCut(thrown);
    ending = signal.aborted
      ? leftByCaller
      : { status: 200, errorCode: error.code ?? error.type, cutBy: 'upstream' };
    if (!signal.aborted) await write(errorEvent(error.body));
  }
  await settle(context, {
    target: routed.target,
    attempts: routed.attempts,
    ...ending,
    finishReasons,
    usage,
    producedText: () => produced.join(''),
    ...(routed.firstTokenMs === undefined ? {} : { firstTokenMs: routed.firstTokenMs }),
  });
}

/** What the model said and used counts, also where a guardrail lets less of it pass. */
async function* overhear(events: AsyncIterable<StreamEvent>, note: (event: StreamEvent) => void) {
  for await (const event of events) {
    note(event);
    yield event;
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
