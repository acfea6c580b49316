export * from './moderation.ts';
export * from './queue-setting.ts';
export * from './review.ts';
