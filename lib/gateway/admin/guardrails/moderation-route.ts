import type { ModerationAnswer, ModerationResult } from '../../../models/index.ts';
import { type JsonObject, UpstreamError } from '../../../plugin/index.ts';
import { moderationCategories } from '../../../policy/guardrails/builtin-moderation/categories.ts';
import { classify } from '../../../policy/guardrails/builtin-moderation/classify.ts';
import { ApiError } from '../../errors/api-error.ts';
import { fromUpstreamError } from '../../errors/from-upstream.ts';
import { toApiError } from '../../errors/to-reply.ts';
import { jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route, RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { moderationRequest, moderationResponse } from './moderation-schemas.ts';
import { moderationProviders } from './options.ts';

/** The moderation that is built in. */
const builtIn = 'openclaw-moderation';
/** What clients of OpenAI ask for; a deployment without OpenAI answers these by what is built in. */
const openAiModels = /^(omni|text)-moderation-/;

/** A category counts from this score on. */
const threshold = 0.5;

/** `POST /v1/moderations`, in OpenAI's shape. */
export function moderationRoute(services: AdminServices): Route {
  const { records } = services;
  return {
    method: 'POST',
    path: '/v1/moderations',
    operationId: 'createModeration',
    summary: 'Tell whether texts are harmful',
    access: 'model:invoke',
    body: moderationRequest,
    response: { status: 200, description: 'The categories of each input.', schema: moderationResponse },
    errors: [404, 502, 503, 504],
    handle: async (call) => {
      const { exchange, principal, body } = call;
      const [provider] = moderationProviders(services.configuration);
      const alias = String(body.model ?? (provider === undefined ? builtIn : 'omni-moderation-latest'));
      const served = servedBy(alias, provider);
      const intent = { principal, route: 'POST /v1/moderations', alias, stream: false };
      const record = (status: number, errorCode?: string) =>
        exchange.origin.waitUntil(
          records.outcome(exchange, {
            ...intent,
            operation: 'moderations',
            provider: served ?? 'builtin',
            model: served === undefined ? builtIn : alias,
            status,
            ...(errorCode !== undefined && { errorCode }),
            attempts: [],
            finishReasons: [],
            usage: null,
            // OpenAI's moderation is free of charge, and so is ours.
            costMicroUsd: 0,
            latency: { totalMs: Math.round(performance.now() - exchange.startedAt), upstreamMs: 0 },
          }),
        );
      try {
        if (served !== undefined) await records.intent(exchange, intent);
        const answer =
          served === undefined ? moderateHere(body) : await moderateThere(call, alias, served, services);
        record(200);
        return jsonReply(200, answer, replyHeaders(exchange));
      } catch (thrown) {
        const error = thrown instanceof UpstreamError ? fromUpstreamError(thrown) : toApiError(thrown);
        record(error.status, error.code ?? error.type);
        throw error;
      }
    },
  };
}

/**
 * The provider that serves a model; undefined for what is built in.
 *
 * @throws ApiError 404 for a model that is none
 */
function servedBy(alias: string, provider: string | undefined): string | undefined {
  if (alias === builtIn) return undefined;
  if (!openAiModels.test(alias)) {
    throw new ApiError(
      404,
      `The model '${alias}' does not moderate. Use ${builtIn} or omni-moderation-latest.`,
      {
        param: 'model',
        code: 'model_not_found',
      },
    );
  }
  if (provider !== undefined) return provider;
  throw new ApiError(
    404,
    `The model '${alias}' needs a provider of the kind openai that some model uses; the deployment has none. Use ${builtIn}.`,
    { param: 'model', code: 'model_not_found' },
  );
}

function moderateThere(
  { body, exchange }: RouteCall,
  model: string,
  provider: string,
  { guardrailServices }: AdminServices,
): Promise<ModerationAnswer> {
  return guardrailServices.moderate(provider, { model, input: body.input }, exchange.origin.signal);
}

function moderateHere({ input }: JsonObject): ModerationAnswer {
  return {
    id: `modr-${crypto.randomUUID()}`,
    model: builtIn,
    results: textsOf(input).map(judge),
  };
}

/** One text for each input; the parts of one input are one. */
function textsOf(input: unknown): readonly string[] {
  if (typeof input === 'string') return [input];
  const parts = input as readonly (string | JsonObject)[];
  if (typeof parts[0] === 'string') return parts as readonly string[];
  const texts = (parts as readonly JsonObject[]).map(({ type, text }, index) => {
    if (type === 'text') return String(text ?? '');
    throw new ApiError(
      400,
      `${builtIn} looks at texts only. Leave the image out, or use omni-moderation-latest where the deployment has it.`,
      { param: `input[${index}]`, code: 'unsupported_input' },
    );
  });
  return [texts.join('\n')];
}

function judge(text: string): ModerationResult {
  const scores = classify(text);
  const each = <Value>(value: (score: number) => Value) =>
    Object.fromEntries(moderationCategories.map((category) => [category, value(scores.get(category) ?? 0)]));
  return {
    flagged: [...scores.values()].some((score) => score >= threshold),
    categories: each((score) => score >= threshold),
    category_scores: each((score) => score),
    ...{ category_applied_input_types: each(() => ['text']) },
  };
}
