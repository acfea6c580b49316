export * from './api-key-format.ts';
export * from './authenticator.ts';
export * from './create-api-key.ts';
export * from './principal.ts';
export * from './roles.ts';
export * from './tenant.ts';
export * from './tenant-settings.ts';
