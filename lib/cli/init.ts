import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

export interface InitOptions {
  /** Folder to write to. */
  readonly folder: string;
  /** Whose workflow to write, too. @default - none */
  readonly pipeline?: 'github';
}

/** Templates, by where they go in the user's folder. */
const start = {
  'openclaw.config.ts': 'start/openclaw.config.ts',
  // npm leaves files called .gitignore out of packages.
  '.gitignore': 'start/gitignore',
} as const;
const pipelines = {
  github: {
    '.github/workflows/openclaw.yml': 'pipeline/github.yml',
    'pipeline/oidc-role.yaml': 'pipeline/oidc-role.yaml',
  },
} as const;

/** `openclaw init`: writes what a deployment starts from into a folder. What is there already stays. */
export async function init({ folder, pipeline }: InitOptions): Promise<void> {
  const files = { ...start, ...(pipeline !== undefined && pipelines[pipeline]) };
  for (const [file, template] of Object.entries(files)) {
    const text = await readFile(join(repositoryRoot, 'templates', template), 'utf8');
    const isWritten = await writeNew(join(folder, file), text);
    process.stdout.write(`${isWritten ? 'wrote' : 'kept '} ${file}\n`);
  }
  process.stdout.write(
    pipeline === undefined
      ? '\nNext: npx openclaw dev\n'
      : '\nNext: deploy pipeline/oidc-role.yaml to each account and set the variables that the workflow names\n',
  );
}

/** @returns false where there is such a file */
async function writeNew(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
