import { fileURLToPath } from 'node:url';

/**
 * Folder of the repository, or of the package's compiled code, that this command belongs to, with a slash at the end.
 */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));
