import type { Guardrail } from '../../plugin/index.ts';
import type { ApplyGuardrail, BedrockGuardrailOptions } from './bedrock-guardrail.ts';
import type { GuardrailSetting } from './guardrail-setting.ts';
import type { JudgeOptions } from './judge.ts';
import type { Moderate, OpenAiModerationOptions } from './openai-moderation.ts';
import type { PiiOptions } from './pii/index.ts';
import type { RulesOptions } from './rules/index.ts';

/** What guardrails need that call a service. */
export interface GuardrailServices {
  readonly moderate: Moderate;
  readonly applyGuardrail: ApplyGuardrail;
}

/**
 * Makes the guardrail of a setting. Each kind is imported when it is first wanted. The options were checked when the
 * setting was written.
 *
 * @throws InvalidPattern for rules that do not compile
 */
export async function createGuardrail(
  { kind, options }: Pick<GuardrailSetting, 'kind' | 'options'>,
  services: GuardrailServices,
): Promise<Guardrail> {
  switch (kind) {
    case 'pii': {
      const { createPiiGuardrail } = await import('./pii/index.ts');
      return createPiiGuardrail(options as PiiOptions);
    }
    case 'rules': {
      const { createRulesGuardrail } = await import('./rules/index.ts');
      return createRulesGuardrail(options as RulesOptions);
    }
    case 'builtin-moderation': {
      const { createModerationGuardrail } = await import('./builtin-moderation/index.ts');
      return createModerationGuardrail();
    }
    case 'openai-moderation': {
      const { createOpenAiModerationGuardrail } = await import('./openai-moderation.ts');
      return createOpenAiModerationGuardrail(
        options as unknown as OpenAiModerationOptions,
        services.moderate,
      );
    }
    case 'bedrock-guardrail': {
      const { createBedrockGuardrail } = await import('./bedrock-guardrail.ts');
      return createBedrockGuardrail(options as unknown as BedrockGuardrailOptions, services.applyGuardrail);
    }
    case 'judge': {
      const { createJudgeGuardrail } = await import('./judge.ts');
      return createJudgeGuardrail(options as unknown as JudgeOptions);
    }
  }
}
