import type { GuardrailStage, GuardrailVerdict } from '../../plugin/index.ts';

export const guardrailKinds = [
  'pii',
  'rules',
  'builtin-moderation',
  'openai-moderation',
  'bedrock-guardrail',
  'judge',
] as const;

export type GuardrailKind = (typeof guardrailKinds)[number];

/** True for the kinds that need no network: they answer at once, and nobody else sees the text. */
export function isLocal(kind: GuardrailKind): boolean {
  return kind === 'pii' || kind === 'rules' || kind === 'builtin-moderation';
}

/** Whose texts are checked. `tool` are results of tools; `data` what is embedded. */
export type GuardedRole = 'system' | 'user' | 'assistant' | 'tool' | 'data';

/** Whose texts each kind checks where its setting does not say. */
export const defaultRoles: Readonly<Record<GuardrailKind, ReadonlySet<GuardedRole>>> = {
  // What was put back into an answer comes again as part of the conversation.
  pii: new Set(['system', 'user', 'assistant', 'tool', 'data']),
  rules: new Set(['system', 'user', 'tool', 'data']),
  // System prompts and what tools bring are full of what is forbidden, and ask for none of it.
  'builtin-moderation': new Set(['user']),
  'openai-moderation': new Set(['user', 'tool']),
  'bedrock-guardrail': new Set(['user', 'tool']),
  judge: new Set(['user', 'tool']),
};

/** What a guardrail's categories lead to. `*` stands for all that are not named. */
export type CategoryActions = Readonly<Record<string, GuardrailVerdict>>;

/** A guardrail of a tenant, as it is stored: a setting of the kind `guardrail`. */
export interface GuardrailSetting {
  readonly id: string;
  readonly kind: GuardrailKind;
  readonly enabled: boolean;
  readonly stages: readonly GuardrailStage[];
  /** @default - what the guardrail itself thinks right */
  readonly actions: CategoryActions;
  readonly timeoutMs: number;
  /** What happens to a text that could not be checked: it passes (`open`) or not (`closed`). Recorded either way. */
  readonly onFailure: 'open' | 'closed';
  /** Only requests of these projects. Absent: of all. */
  readonly projects?: readonly string[];
  /** Only requests to these models, by the name that callers use. Absent: to all. */
  readonly models?: readonly string[];
  /** Only texts of these roles. @default - those that fit the kind */
  readonly roles?: readonly GuardedRole[];
  /** By kind. Validated when written. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What a tenant has changed about the moderation that is on by default: the setting `moderation#default`. */
export interface ModerationSetting {
  readonly enabled: boolean;
  readonly actions: CategoryActions;
  readonly version: number;
  readonly updatedAtMs: number;
}

/** The id under which the moderation that is on by default is recorded. */
export const defaultModerationId = 'default-moderation';

/** The id of the setting that changes it. */
export const moderationSettingId = 'default';
