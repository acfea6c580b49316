import type { BedrockGuardrailAnswer } from '../../models/index.ts';
import type { Guardrail, GuardrailCall, GuardrailDetection, GuardrailVerdict } from '../../plugin/index.ts';
import { remoteStream } from './openai-moderation.ts';

export interface BedrockGuardrailOptions {
  /** A key of `bedrockGuardrails` in the configuration. */
  readonly guardrail: string;
}

/** Has texts checked by a guardrail of the configuration. Fails with any error. */
export type ApplyGuardrail = (
  guardrail: string,
  call: Pick<GuardrailCall, 'stage' | 'texts' | 'signal'>,
) => Promise<BedrockGuardrailAnswer>;

const verdicts: Readonly<Record<string, GuardrailVerdict>> = {
  BLOCKED: 'block',
  ANONYMIZED: 'redact',
  NONE: 'allow',
};

/** A guardrail of Amazon Bedrock: topics, content, words, and personal data such as names and addresses. */
export function createBedrockGuardrail(
  { guardrail }: BedrockGuardrailOptions,
  apply: ApplyGuardrail,
): Guardrail {
  return {
    streamed: remoteStream,
    async check(call) {
      const { intervened, assessments } = await apply(guardrail, call);
      const detections: GuardrailDetection[] = [];
      for (const { category, action, match } of assessments) {
        const verdict = verdicts[action] ?? 'block';
        const spans = match === undefined ? [] : placesOf(match, call.texts);
        // What is to be redacted and cannot be found does not pass.
        if (spans.length === 0)
          detections.push({ category, verdict: verdict === 'redact' ? 'block' : verdict });
        for (const span of spans) detections.push({ category, verdict, span });
      }
      if (intervened && !detections.some(({ verdict }) => verdict !== 'allow')) {
        detections.push({ category: 'intervened', verdict: 'block' });
      }
      return detections;
    },
  };
}

function placesOf(match: string, texts: readonly string[]) {
  return texts.flatMap((text, index) => {
    const places = [];
    for (let at = text.indexOf(match); at !== -1; at = text.indexOf(match, at + match.length)) {
      places.push({ text: index, start: at, end: at + match.length });
    }
    return places;
  });
}
