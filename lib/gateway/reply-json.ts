import type { RoutedAnswer } from '../models/index.ts';
import type { JsonAnswer } from '../plugin/index.ts';
import type { GatewayReply } from './http.ts';
import { replyHeaders } from './reply-headers.ts';
import { type CallContext, settle } from './steps/settle.ts';

/** Answers with the whole document that the model gave, settled first so that the headers tell the cost. */
export async function replyJson(
  context: CallContext,
  routed: RoutedAnswer & { readonly answer: JsonAnswer },
): Promise<GatewayReply> {
  const { answer, target, attempts } = routed;
  await settle(context, {
    target,
    attempts,
    status: 200,
    finishReasons: answer.finishReasons,
    usage: answer.usage,
    producedText: answer.text,
  });
  const headers = replyHeaders(context.exchange);
  headers['content-type'] = 'application/json';
  return { status: 200, headers, body: answer.bytes };
}
