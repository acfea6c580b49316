export type { Tell } from './events.ts';
export * from './failure.ts';
export * from './job.ts';
export * from './jobs.ts';
export * from './lifetimes.ts';
export * from './sweep.ts';
export * from './transitions.ts';
export * from './webhooks/index.ts';
export * from './work-on.ts';
