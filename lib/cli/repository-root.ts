import { fileURLToPath } from 'node:url';

/** Folder of the repository that this command belongs to, with a slash at the end. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));
