export * from './moderation.ts';
export * from './review.ts';
