import type { GuardrailStage } from '../../plugin/index.ts';
import { type GuardrailFinding, uncheckedCategory } from '../../policy/index.ts';
import { ApiError } from '../errors/api-error.ts';

/** What a caller is told whose request, or whose answer, a guardrail does not let pass. The text is not quoted. */
export function guardrailError(findings: readonly GuardrailFinding[], stage: GuardrailStage): ApiError {
  const refused = findings.filter(({ verdict }) => verdict === 'block' || verdict === 'hold');
  const what = stage === 'input' ? 'The request' : "The model's answer";
  const found = refused.find(({ category }) => category !== uncheckedCategory);
  if (!found) {
    const unasked = refused[0]?.guardrailId ?? 'guardrail';
    return new ApiError(
      503,
      `${what} could not be checked by the guardrail '${unasked}' and therefore does not pass. Try again.`,
      { code: 'guardrail_unavailable', retryAfterMs: 1_000 },
    );
  }
  return new ApiError(
    400,
    `${what} was refused by the guardrail '${found.guardrailId}' for '${found.category}'. Ask your administrator if it should have passed.`,
    { code: 'content_filter', shouldRetry: false },
  );
}
