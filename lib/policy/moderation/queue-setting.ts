import type { TenantSettings } from '../../tenancy/index.ts';

/** The id of a tenant's one setting of the kind `moderation`. */
export const queueSettingId = 'queue';

/** What a tenant has set about its moderation queue. */
export interface ModerationQueueSetting {
  readonly id: typeof queueSettingId;
  /** How long a request waits for a reviewer before it expires. */
  readonly holdDays: number;
}

const unset: ModerationQueueSetting = { id: queueSettingId, holdDays: 7 };

export function queueSettingOf(settings: TenantSettings): ModerationQueueSetting {
  const set = settings.list<ModerationQueueSetting>('moderation').find(({ id }) => id === queueSettingId);
  return set ?? unset;
}
