import type { Guardrail } from '../plugin/index.ts';
import type { GuardrailSetting } from '../policy/index.ts';

/**
 * Makes the guardrail of a setting, of which each kind is loaded when the first tenant wants it.
 *
 * @throws Error where the kind is not known, or its options are not valid any more
 */
export async function createGuardrail({ kind, options }: GuardrailSetting): Promise<Guardrail> {
  switch (kind) {
    case 'pii': {
      const { createPiiGuardrail } = await import('../policy/guardrails/pii/index.ts');
      return await createPiiGuardrail(options);
    }
    case 'rules': {
      const { createRulesGuardrail } = await import('../policy/guardrails/rules/index.ts');
      return createRulesGuardrail(options);
    }
    case 'builtin-moderation': {
      const { createModerationGuardrail } = await import('../policy/guardrails/builtin-moderation/index.ts');
      return createModerationGuardrail();
    }
    default:
      throw new Error(`there is no guardrail of the kind ${kind}`);
  }
}
