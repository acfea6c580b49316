import { resolve } from 'node:path';

/** Absolute path of the repository, or of the package's compiled code: where `functions/` lies. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');
