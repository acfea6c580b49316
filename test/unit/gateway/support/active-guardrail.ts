import type { Guardrail } from '../../../../lib/plugin/index.ts';
import type { ActiveGuardrail } from '../../../../lib/policy/index.ts';

/** A guardrail as it applies to a request, with the usual settings. */
export function activeGuardrail(
  guardrail: Guardrail,
  settings: Partial<Omit<ActiveGuardrail, 'guardrail'>> = {},
): ActiveGuardrail {
  return {
    id: 'under-test',
    kind: 'rules',
    guardrail,
    stages: ['input', 'output'],
    roles: new Set(['system', 'user', 'assistant', 'tool', 'data']),
    actions: {},
    timeoutMs: 1_000,
    onFailure: 'closed',
    restore: false,
    ...settings,
  };
}
