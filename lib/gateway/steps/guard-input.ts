import type { InvokeModel, JsonObject, Operation } from '../../plugin/index.ts';
import {
  type CheckedTexts,
  checkTexts,
  type GuardrailFinding,
  type GuardrailRun,
  type Guardrails,
  Placeholders,
  restoreText,
  strictest,
  summarise,
} from '../../policy/index.ts';
import type { Principal, TenantSettings } from '../../tenancy/index.ts';
import type { ApiError } from '../errors/api-error.ts';
import { guardrailError } from './guardrail-error.ts';
import { requestTexts } from './request-texts.ts';

/** A request on its way to a model. */
export interface RequestToGuard {
  readonly settings: TenantSettings;
  readonly principal: Pick<Principal, 'projectId'>;
  readonly operation: Operation;
  /** The name that the caller used. */
  readonly model: string;
  readonly body: JsonObject;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** A reviewer's approval: these guardrails do not hold the request again. */
  readonly approval?: { readonly guardrails: readonly string[] };
  /** How guardrails ask a model, at the tenant's cost. Absent: those that want to fail. */
  readonly invokeModel?: InvokeModel;
}

export interface GuardServices {
  readonly guardrails: Guardrails;
}

/** What guardrails made of a request. */
export interface GuardedInput {
  readonly verdict: 'allow' | 'hold' | 'block';
  /** The request as it may go on: a copy where something was redacted, else the same object. */
  readonly body: JsonObject;
  readonly findings: readonly GuardrailFinding[];
  /** The guardrails that were asked, and how that ended. */
  readonly runs: readonly GuardrailRun[];
  /** What the caller is told where the verdict is `block`. */
  readonly error?: ApiError;
  /** What was redacted, for the guarding of the answer. Absent: nothing was. */
  readonly placeholders?: Placeholders;
  /** Puts the originals back into a text. Absent: nothing is to be restored. */
  readonly restore?: (text: string) => string;
}

/** Checks what a request says before a model gets to see it. Never fails: a guardrail's failure has its verdict, too. */
export async function guardInput(
  { settings, principal, operation, model, body, signal, approval, invokeModel }: RequestToGuard,
  { guardrails }: GuardServices,
): Promise<GuardedInput> {
  const selected = guardrails.active({ settings, projectId: principal.projectId, model }, 'input');
  const active = selected instanceof Promise ? await selected : selected;
  if (active.length === 0) return { verdict: 'allow', body, findings: [], runs: [] };
  const { texts, roles, withTexts } = requestTexts(body, operation);
  const placeholders = new Placeholders();
  const checking = checkTexts(active, { stage: 'input', texts, roles, signal, invokeModel }, placeholders);
  const checked = overrule(checking instanceof Promise ? await checking : checking, approval?.guardrails);
  const verdict = strictest(checked.detections);
  const redacted = checked.texts !== texts;
  const findings = summarise(checked.detections);
  return {
    verdict: verdict === 'redact' ? 'allow' : verdict,
    body: redacted ? withTexts(checked.texts) : body,
    findings,
    runs: checked.runs,
    ...(verdict === 'block' && { error: guardrailError(findings, 'input') }),
    ...(redacted && { placeholders }),
    ...(placeholders.originals.size > 0 && {
      restore: (text: string) => restoreText(text, placeholders.originals),
    }),
  };
}

/** A reviewer has seen what was found, so it does not hold the request again. What it blocks stays blocked. */
function overrule(checked: CheckedTexts, approved: readonly string[] = []): CheckedTexts {
  if (approved.length === 0) return checked;
  return {
    ...checked,
    detections: checked.detections.map((detection) =>
      detection.verdict === 'hold' && approved.includes(detection.guardrailId)
        ? { ...detection, verdict: 'allow' }
        : detection,
    ),
  };
}
