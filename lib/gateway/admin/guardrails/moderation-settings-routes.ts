import type { GuardrailVerdict } from '../../../plugin/index.ts';
import {
  defaultModerationActions,
  moderationCategories,
} from '../../../policy/guardrails/builtin-moderation/categories.ts';
import { type ModerationSetting, moderationSettingId } from '../../../policy/index.ts';
import { changeDocument, succeeds } from '../../../tenancy/change-document.ts';
import { settingSort } from '../../../tenancy/index.ts';
import { TenancyError } from '../../../tenancy/tenancy-error.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import type { Answers } from '../tenants/answers.ts';
import { secondsOrNull } from '../tenants/pages.ts';
import { moderationSettings, moderationSettingsUpdate } from './schemas.ts';

type Stored = ModerationSetting & { readonly id: string };

const path = '/v1/openclaw/moderation_settings';
const sort = settingSort('moderation', moderationSettingId);
const unset: Stored = { id: moderationSettingId, enabled: true, actions: {}, version: 0, updatedAtMs: 0 };

/** What a tenant changes about the moderation of requests that is on by default. */
export function moderationSettingsRoutes(
  { documents }: AdminServices,
  { shows, changes }: Pick<Answers, 'shows' | 'changes'>,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path,
      operationId: 'retrieveDefaultModeration',
      summary: 'Show the moderation that is on by default',
      access: 'guardrails:read',
      response: { status: 200, description: 'It, as it works.', schema: moderationSettings },
      handle: shows(async (_call, tenantId) => {
        const found = await documents.get<Stored>(tenantId, 'settings', sort);
        return describe(found?.value ?? unset);
      }),
    },
    {
      method: 'POST',
      path,
      operationId: 'updateDefaultModeration',
      summary: 'Change the moderation that is on by default, or switch it off; it works within a minute',
      access: 'guardrails:write',
      body: moderationSettingsUpdate,
      response: { status: 200, description: 'It, changed.', schema: moderationSettings },
      errors: [409],
      handle: changes(async ({ body }, tenantId) => {
        const wanted = requireActions((body.actions ?? {}) as Wanted);
        const change = (before: Stored): Stored => ({
          ...before,
          enabled: typeof body.enabled === 'boolean' ? body.enabled : before.enabled,
          actions: withActions(before.actions, wanted),
          version: before.version + 1,
          updatedAtMs: Date.now(),
        });
        const replaced = await changeDocument<Stored>(documents, tenantId, 'settings', sort, change);
        if (replaced) return describe(replaced);
        const first = change(unset);
        if (await succeeds(documents.create(tenantId, 'settings', sort, first))) return describe(first);
        throw new TenancyError('conflict', 'Somebody else is changing the same thing. Try again.');
      }),
    },
  ];
}

type Wanted = Readonly<Record<string, GuardrailVerdict | null>>;

/** @throws ApiError 400 */
function requireActions(actions: Wanted): Wanted {
  const known: readonly string[] = [...moderationCategories, '*'];
  for (const [category, action] of Object.entries(actions)) {
    if (known.includes(category) && action !== 'redact') continue;
    const message = known.includes(category)
      ? `'${category}' cannot be redacted: it is about a text as a whole. Use allow, hold or block.`
      : `There is no category '${category}'. There are: ${known.join(', ')}.`;
    throw new ApiError(400, message, { param: 'actions', code: 'invalid_value' });
  }
  return actions;
}

function withActions(before: Stored['actions'], wanted: Wanted): Stored['actions'] {
  const after: Record<string, GuardrailVerdict> = { ...before };
  for (const [category, action] of Object.entries(wanted)) {
    if (action === null) delete after[category];
    else after[category] = action;
  }
  return after;
}

function describe({ enabled, actions, version, updatedAtMs }: Stored) {
  const all = { ...defaultModerationActions, ...actions };
  return {
    object: 'openclaw.moderation_settings',
    enabled,
    actions: Object.fromEntries(
      [...moderationCategories, '*'].map((category) => [category, all[category] ?? all['*']]),
    ),
    version,
    updated_at: secondsOrNull(updatedAtMs === 0 ? undefined : updatedAtMs),
  };
}
