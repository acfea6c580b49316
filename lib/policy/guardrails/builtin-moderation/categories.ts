import type { CategoryActions } from '../guardrail-setting.ts';

/** OpenAI's categories of harmful content: https://developers.openai.com/api/docs/guides/moderation */
export const moderationCategories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

export type ModerationCategory = (typeof moderationCategories)[number];

/**
 * What is held for a reviewer where the tenant has not decided. Who writes of hurting themself needs an answer now and
 * not a place in a queue, so that is left to the model and recorded.
 */
export const defaultModerationActions: CategoryActions = {
  'harassment/threatening': 'hold',
  hate: 'hold',
  'hate/threatening': 'hold',
  illicit: 'hold',
  'illicit/violent': 'hold',
  'self-harm/instructions': 'hold',
  'sexual/minors': 'hold',
  violence: 'hold',
  '*': 'allow',
};
