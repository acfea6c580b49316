import type { Guardrail, GuardrailStage } from '../../plugin/index.ts';
import type { CategoryActions, GuardedRole, GuardrailKind } from './guardrail-setting.ts';

/** A guardrail as it applies to one request. */
export interface ActiveGuardrail {
  readonly id: string;
  readonly kind: GuardrailKind;
  readonly guardrail: Guardrail;
  readonly stages: readonly GuardrailStage[];
  readonly roles: ReadonlySet<GuardedRole>;
  readonly actions: CategoryActions;
  readonly timeoutMs: number;
  readonly onFailure: 'open' | 'closed';
  /** True where what was redacted from the input is put back into the answer. */
  readonly restore: boolean;
}
