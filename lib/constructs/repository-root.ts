import { resolve } from 'node:path';

/** Absolute path of the repository: where `functions/` lies, wherever the app is started from. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');
