import { UpstreamError } from '../../plugin/index.ts';

export interface ModerationCall {
  /** Of an API that speaks OpenAI's format; `/moderations` follows. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** Sent on as it is: `{ model, input }`. */
  readonly body: { readonly model: string; readonly input: unknown };
  readonly signal: AbortSignal;
  /** Begins every error message. */
  readonly providerName: string;
}

/** What OpenAI's moderation says of one input. */
export interface ModerationResult {
  readonly flagged: boolean;
  readonly categories: Readonly<Record<string, boolean | null>>;
  readonly category_scores: Readonly<Record<string, number>>;
}

export interface ModerationAnswer {
  readonly id: string;
  readonly model: string;
  readonly results: readonly ModerationResult[];
}

/**
 * Asks an API that speaks OpenAI's format to moderate.
 * https://developers.openai.com/api/docs/guides/moderation
 *
 * @throws UpstreamError; `malformed` for an answer that is not one of moderation
 */
export async function moderate(call: ModerationCall): Promise<ModerationAnswer> {
  const { callService } = await import('./call-service.ts');
  const url = new URL(call.baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/moderations`;
  const { apiKey } = call;
  const answer = await callService({
    url: url.href,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(call.body),
    signal: call.signal,
    serviceName: call.providerName,
    ...(apiKey === undefined ? {} : { secrets: [apiKey] }),
  });
  if (!isModeration(answer)) {
    throw new UpstreamError('malformed', `${call.providerName}: the answer is not a moderation`);
  }
  return answer;
}

function isModeration(answer: unknown): answer is ModerationAnswer {
  if (typeof answer !== 'object' || answer === null || !('results' in answer)) return false;
  const { results } = answer;
  return (
    Array.isArray(results) &&
    results.every(
      (result: unknown) =>
        typeof result === 'object' &&
        result !== null &&
        'flagged' in result &&
        typeof result.flagged === 'boolean' &&
        'categories' in result &&
        typeof result.categories === 'object' &&
        result.categories !== null &&
        'category_scores' in result &&
        typeof result.category_scores === 'object' &&
        result.category_scores !== null,
    )
  );
}
