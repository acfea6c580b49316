import type { RoutedAnswer } from '../models/index.ts';
import type { JsonAnswer } from '../plugin/index.ts';
import { toApiError } from './errors/to-reply.ts';
import type { GatewayReply } from './http.ts';
import { replyHeaders } from './reply-headers.ts';
import { guardAnswer } from './steps/guard-output.ts';
import { type CallContext, type CallResult, settle } from './steps/settle.ts';

/** Answers with the whole document that the model gave, settled first so that the headers tell the cost. */
export async function replyJson(
  context: CallContext,
  routed: RoutedAnswer & { readonly answer: JsonAnswer },
): Promise<GatewayReply> {
  const { answer, target, attempts } = routed;
  const result: CallResult = {
    target,
    attempts,
    status: 200,
    finishReasons: answer.finishReasons,
    usage: answer.usage,
    producedText: answer.text,
  };
  let passed = answer;
  if (context.guard) {
    try {
      passed = await guardAnswer(answer, context.guard);
    } catch (thrown) {
      const error = toApiError(thrown);
      // The model has worked: it is paid although nobody gets to see what it said.
      await settle(context, { ...result, status: error.status, errorCode: error.code ?? error.type });
      throw error;
    }
  }
  await settle(context, { ...result, finishReasons: passed.finishReasons });
  const headers = replyHeaders(context.exchange);
  headers['content-type'] = 'application/json';
  return { status: 200, headers, body: passed.bytes };
}
