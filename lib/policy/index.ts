export * from './moderation/index.ts';
export * from './rate-limits/index.ts';
