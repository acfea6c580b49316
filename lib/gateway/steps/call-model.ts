import { type RoutedAnswer, RoutingError } from '../../models/index.ts';
import type { ModelAnswer } from '../../plugin/index.ts';
import type { ApiError } from '../errors/api-error.ts';
import { fromUpstreamError } from '../errors/from-upstream.ts';
import { toApiError } from '../errors/to-reply.ts';
import { type CallContext, settle } from './settle.ts';

/**
 * Routes the call to a model and notes who served it. A call that fails is settled here.
 *
 * @throws ApiError that tells the caller what went wrong.
 */
export async function callModel<Kind extends ModelAnswer['kind']>(
  context: CallContext,
  kind: Kind,
): Promise<RoutedAnswer & { readonly answer: Extract<ModelAnswer, { kind: Kind }> }> {
  const { exchange, intent, operation, body, services } = context;
  const started = performance.now();
  try {
    const routed = await services.router.route({
      alias: intent.alias,
      operation,
      body,
      stream: intent.stream,
      limitOutput: context.admission.holds.length > 0,
      ...(context.allowTarget && { allowTarget: context.allowTarget }),
      signal: exchange.origin.signal,
    });
    exchange.served = {
      model: routed.target.model,
      provider: routed.target.provider,
      attempts: routed.attempts.length,
      answeredAt: performance.now(),
      upstreamMs: performance.now() - started,
    };
    if (!isOfKind(routed, kind))
      throw new Error(`the provider ${routed.target.provider} answered a ${kind} call otherwise`);
    return routed;
  } catch (thrown) {
    exchange.served = { attempts: attemptsOf(thrown).length, upstreamMs: performance.now() - started };
    const error = describeFailure(thrown);
    await settle(context, {
      attempts: attemptsOf(thrown),
      status: error.status,
      errorCode: error.code ?? error.type,
      ...(error.status === 499 ? { cutBy: 'caller' as const } : {}),
      finishReasons: [],
      usage: null,
    });
    throw error;
  }
}

function isOfKind<Kind extends ModelAnswer['kind']>(
  routed: RoutedAnswer,
  kind: Kind,
): routed is RoutedAnswer & { readonly answer: Extract<ModelAnswer, { kind: Kind }> } {
  return routed.answer.kind === kind;
}

function attemptsOf(thrown: unknown) {
  return thrown instanceof RoutingError ? thrown.attempts : [];
}

function describeFailure(thrown: unknown): ApiError {
  return thrown instanceof RoutingError ? fromUpstreamError(thrown.last) : toApiError(thrown);
}
