export * from './moderation/index.ts';
export * from './rate-limiter.ts';
