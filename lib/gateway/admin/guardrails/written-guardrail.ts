import type { JsonObject } from '../../../plugin/index.ts';
import { moderationCategories } from '../../../policy/guardrails/builtin-moderation/categories.ts';
import { entities } from '../../../policy/guardrails/pii/entity.ts';
import type { CategoryActions, GuardrailKind, GuardrailSetting, Guardrails } from '../../../policy/index.ts';
import { newId } from '../../../tenancy/new-id.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { AdminServices } from '../admin-services.ts';
import { seconds } from '../tenants/pages.ts';
import { fromOptions, requireOptions, toOptions } from './options.ts';

/** A valid body of a creation, as a setting. */
export function newGuardrail(body: JsonObject, nowMs: number): GuardrailSetting {
  const kind = body.kind as GuardrailKind;
  return {
    id: typeof body.id === 'string' ? body.id : newId('guardrail'),
    kind,
    ...changed(
      {
        enabled: true,
        stages: ['input', 'output'],
        actions: {},
        timeoutMs: kind === 'judge' ? 10_000 : 2_000,
        onFailure: 'closed',
        options: {},
      },
      body,
    ),
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

type Changeable = Omit<GuardrailSetting, 'id' | 'kind' | 'version' | 'createdAtMs' | 'updatedAtMs'>;

/** What a valid body of an update makes of a setting. Null takes a restriction away. */
export function changed<Setting extends Changeable>(before: Setting, body: JsonObject): Setting {
  const { projects, models, roles, ...kept } = before;
  const list = (key: string, value: unknown) => {
    const wanted = body[key] === undefined ? value : body[key];
    return Array.isArray(wanted) ? { [key]: [...new Set(wanted)] } : {};
  };
  return {
    ...(kept as Setting),
    ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
    ...(body.stages === undefined ? {} : { stages: [...new Set(body.stages as string[])] }),
    ...(body.actions === undefined ? {} : { actions: body.actions }),
    ...(body.timeout_ms === undefined ? {} : { timeoutMs: body.timeout_ms }),
    ...(body.on_failure === undefined ? {} : { onFailure: body.on_failure }),
    ...(body.options === undefined ? {} : { options: toOptions(body.options as JsonObject) }),
    ...list('projects', projects),
    ...list('models', models),
    ...list('roles', roles),
  };
}

/** The kinds that tell where in a text something is: only there can it be redacted. */
const redacting: ReadonlySet<GuardrailKind> = new Set(['pii', 'rules', 'bedrock-guardrail']);

/** The categories of kinds that have their own; those of the others are the tenant's, or somebody else's. */
const categories: Partial<Record<GuardrailKind, readonly string[]>> = {
  pii: entities,
  'builtin-moderation': moderationCategories,
  'openai-moderation': moderationCategories,
};

/**
 * Checks all of a setting that its schema does not, and that its guardrail can be made.
 *
 * @throws ApiError 400
 */
export async function requireWorking(
  setting: GuardrailSetting,
  { configuration, guardrails }: Pick<AdminServices, 'configuration'> & { readonly guardrails: Guardrails },
): Promise<void> {
  const { kind, actions, models = [], options } = setting;
  requireOptions(kind, fromOptions(options), configuration);
  requireActions(kind, actions);
  for (const model of models) {
    if (Object.hasOwn(configuration.models, model)) continue;
    throw invalid('models', `There is no model '${model}'. GET /v1/models lists those that do exist.`);
  }
  if (Array.isArray(options.phoneCountries)) {
    const { isSupportedCountry } = await import('libphonenumber-js');
    const unknown = options.phoneCountries.find((country) => !isSupportedCountry(String(country)));
    if (unknown !== undefined) {
      throw invalid('options.phone_countries', `There is no country '${String(unknown)}'.`);
    }
  }
  try {
    await guardrails.make(setting);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidPattern') throw error;
    throw invalid('options.patterns', `A pattern cannot be used: ${error.message}.`);
  }
}

function requireActions(kind: GuardrailKind, actions: CategoryActions): void {
  const known = categories[kind];
  for (const [category, action] of Object.entries(actions)) {
    if (known && category !== '*' && !known.includes(category)) {
      throw invalid('actions', `${kind} has no category '${category}'. It has: ${known.join(', ')}.`);
    }
    if (action === 'redact' && !redacting.has(kind)) {
      throw invalid(
        'actions',
        `${kind} judges a text as a whole and tells no place in it: '${category}' cannot be redacted. Use allow, hold or block.`,
      );
    }
  }
}

function invalid(param: string, message: string): ApiError {
  return new ApiError(400, message, { param, code: 'invalid_value' });
}

/** A setting as the API shows it. */
export function describeGuardrail(setting: GuardrailSetting) {
  const { id, kind, enabled, stages, actions, timeoutMs, onFailure, projects, models, roles } = setting;
  return {
    id,
    object: 'openclaw.guardrail',
    kind,
    enabled,
    stages,
    actions,
    timeout_ms: timeoutMs,
    on_failure: onFailure,
    projects: projects ?? null,
    models: models ?? null,
    roles: roles ?? null,
    options: fromOptions(setting.options),
    version: setting.version,
    created_at: seconds(setting.createdAtMs),
    updated_at: seconds(setting.updatedAtMs),
  };
}
