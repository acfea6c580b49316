import type { Guardrail, GuardrailStage } from '../../plugin/index.ts';
import type { TenantSettings } from '../../tenancy/index.ts';
import type { ActiveGuardrail } from './active-guardrail.ts';
import { defaultModerationActions } from './builtin-moderation/categories.ts';
import { createModerationGuardrail } from './builtin-moderation/index.ts';
import {
  defaultModerationId,
  defaultRoles,
  type GuardrailSetting,
  type ModerationSetting,
  moderationSettingId,
} from './guardrail-setting.ts';

export type CreateGuardrail = (setting: GuardrailSetting) => Promise<Guardrail>;

/** For which request guardrails are wanted. */
export interface GuardedRequest {
  readonly settings: TenantSettings;
  readonly projectId: string;
  /** The name that the caller used. */
  readonly model: string;
}

interface Prepared {
  readonly active: ActiveGuardrail;
  readonly setting?: GuardrailSetting;
}

/** Guardrails that are kept compiled; the one not used for longest is forgotten first. */
const maxKept = 500;

/** The guardrails of all tenants, each made once for each version of its setting. */
export class Guardrails {
  readonly #create: CreateGuardrail;
  readonly #made = new Map<string, Promise<Guardrail>>();
  readonly #prepared = new WeakMap<TenantSettings, readonly Prepared[] | Promise<readonly Prepared[]>>();
  readonly #moderation = createModerationGuardrail();

  /** @param create - makes the guardrail of a setting */
  constructor(create: CreateGuardrail) {
    this.#create = create;
  }

  /**
   * The guardrails that apply to a request at a stage. A promise only where one has to be made first. One that cannot
   * be made is there nevertheless, and fails when it is asked.
   */
  active(
    request: GuardedRequest,
    stage: GuardrailStage,
  ): readonly ActiveGuardrail[] | Promise<readonly ActiveGuardrail[]> {
    const prepared = this.#prepare(request.settings);
    if (prepared instanceof Promise) return prepared.then((all) => select(all, request, stage));
    return select(prepared, request, stage);
  }

  /** Makes the guardrail of a setting that is not stored yet, to check or try it. */
  make(setting: GuardrailSetting): Promise<ActiveGuardrail> {
    return this.#create(setting).then((guardrail) => activate(setting, guardrail));
  }

  #prepare(settings: TenantSettings): readonly Prepared[] | Promise<readonly Prepared[]> {
    const known = this.#prepared.get(settings);
    if (known) return known;
    const moderation = this.#moderationOf(settings);
    const enabled = settings.list<GuardrailSetting>('guardrail').filter((setting) => setting.enabled);
    if (enabled.length === 0) {
      this.#prepared.set(settings, moderation);
      return moderation;
    }
    const tenantId = settings.tenant.id;
    const making = Promise.all(
      enabled.map(async (setting): Promise<Prepared> => {
        const guardrail = await this.#kept(tenantId, setting).catch(alwaysFailing);
        return { active: activate(setting, guardrail), setting };
      }),
    ).then((made) => {
      const all = [...moderation, ...made];
      this.#prepared.set(settings, all);
      return all;
    });
    this.#prepared.set(settings, making);
    return making;
  }

  #kept(tenantId: string, setting: GuardrailSetting): Promise<Guardrail> {
    const key = `${tenantId}#${setting.id}#${setting.version}#${setting.updatedAtMs}`;
    const known = this.#made.get(key);
    const made = known ?? this.#create(setting);
    this.#made.delete(key);
    this.#made.set(key, made);
    if (!known) {
      made.catch(() => this.#made.delete(key));
      const oldest = this.#made.keys().next().value;
      if (this.#made.size > maxKept && oldest !== undefined) this.#made.delete(oldest);
    }
    return made;
  }

  #moderationOf(settings: TenantSettings): readonly Prepared[] {
    const setting = settings
      .list<ModerationSetting & { readonly id: string }>('moderation')
      .find(({ id }) => id === moderationSettingId);
    if (setting && !setting.enabled) return [];
    const active: ActiveGuardrail = {
      id: defaultModerationId,
      kind: 'builtin-moderation',
      guardrail: this.#moderation,
      stages: ['input'],
      roles: defaultRoles['builtin-moderation'],
      actions: { ...defaultModerationActions, ...setting?.actions },
      timeoutMs: 1_000,
      onFailure: 'closed',
      restore: false,
    };
    return [{ active }];
  }
}

function select(
  prepared: readonly Prepared[],
  { projectId, model }: GuardedRequest,
  stage: GuardrailStage,
): readonly ActiveGuardrail[] {
  const selected: ActiveGuardrail[] = [];
  for (const { active, setting } of prepared) {
    if (!active.stages.includes(stage)) continue;
    if (setting?.projects && !setting.projects.includes(projectId)) continue;
    if (setting?.models && !setting.models.includes(model)) continue;
    selected.push(active);
  }
  return selected;
}

function activate(setting: GuardrailSetting, guardrail: Guardrail): ActiveGuardrail {
  const { id, kind, stages, actions, timeoutMs, onFailure, options } = setting;
  return {
    id,
    kind,
    guardrail,
    stages,
    roles: setting.roles ? new Set(setting.roles) : defaultRoles[kind],
    actions: kind === 'builtin-moderation' ? { ...defaultModerationActions, ...actions } : actions,
    timeoutMs,
    onFailure,
    restore: options.restore === true,
  };
}

function alwaysFailing(cause: unknown): Guardrail {
  return {
    check() {
      throw new Error('the guardrail could not be made', { cause });
    },
  };
}
