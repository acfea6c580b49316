import { type ModerationQueueSetting, queueSettingId, queueSettingOf } from '../../../policy/index.ts';
import { DocumentConflict } from '../../../storage/document-store.ts';
import { settingSort } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import { jsonReply } from '../../http.ts';
import { replyHeaders } from '../../reply-headers.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { queueSetting, queueSettingBody } from './schemas.ts';

const path = '/v1/openclaw/moderation/settings';

/** What a tenant sets about its moderation queue. */
export function settingRoutes({ documents, settings }: AdminServices): readonly Route[] {
  return [
    {
      method: 'GET',
      path,
      operationId: 'retrieveModerationSettings',
      summary: 'Show the settings of the moderation queue',
      access: 'moderation:read',
      response: { status: 200, description: 'The settings.', schema: queueSetting },
      handle: async (call) =>
        jsonReply(200, describe(queueSettingOf(call.settings)), replyHeaders(call.exchange)),
    },
    {
      method: 'POST',
      path,
      operationId: 'updateModerationSettings',
      summary: 'Change the settings of the moderation queue, for requests that are held from now on',
      access: 'guardrails:write',
      body: queueSettingBody,
      response: { status: 200, description: 'The settings.', schema: queueSetting },
      errors: [409],
      handle: async (call) => {
        const { tenantId } = call.principal;
        const setting: ModerationQueueSetting = {
          id: queueSettingId,
          holdDays: Number(call.body.hold_days),
        };
        const sort = settingSort('moderation', queueSettingId);
        try {
          const before = await documents.get<ModerationQueueSetting>(tenantId, 'settings', sort);
          if (before) await documents.replace(tenantId, 'settings', sort, setting, before.version);
          else await documents.create(tenantId, 'settings', sort, setting);
        } catch (error) {
          if (!(error instanceof DocumentConflict)) throw error;
          throw new ApiError(409, 'Somebody else has changed the settings meanwhile. Try again.', {
            code: 'conflict',
            cause: error,
          });
        }
        settings.forget(tenantId);
        return jsonReply(200, describe(setting), replyHeaders(call.exchange));
      },
    },
  ];
}

function describe({ holdDays }: ModerationQueueSetting) {
  return { object: 'openclaw.moderation_settings', hold_days: holdDays };
}
