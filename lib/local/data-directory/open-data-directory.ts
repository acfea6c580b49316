import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { explain, RuntimeError } from '../runtime-error.ts';
import { type DirectoryLock, lockDirectory } from './lock-directory.ts';

/** Where one runtime keeps all its state. */
export interface DataDirectory {
  readonly path: string;
  /** LevelDB files of the DynamoDB engine. */
  readonly dynamodb: string;
  /** SQLite file of the SQS and S3 engine. */
  readonly sqsAndS3: string;
  /** File of the Secrets Manager. */
  readonly secrets: string;
  /** File of the KMS keys. */
  readonly keys: string;
  /** File of what roles are granted and have used. */
  readonly accessReport: string;
  /** Lets another process use the directory. */
  release(): void;
}

/**
 * Makes the directory where it is missing, readable by its owner alone, and claims it for this process.
 *
 * @throws RuntimeError `data-directory-unusable` or `data-directory-in-use`
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = resolve(directory);
  const engines = join(path, 'engines');
  let lock: DirectoryLock | undefined;
  try {
    await makeFolder(path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    lock = await lockDirectory(path);
    await makeFolder(engines);
    await access(engines, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    lock?.release();
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError(
      'data-directory-unusable',
      `the data folder ${path} cannot be used: ${explain(error)}`,
      error,
    );
  }
  return {
    path,
    dynamodb: join(engines, 'dynamodb'),
    sqsAndS3: join(engines, 'sqs-and-s3'),
    secrets: join(path, 'secrets.json'),
    keys: join(path, 'kms-keys.json'),
    accessReport: accessReportFile(path),
    release: () => lock.release(),
  };
}

/** Where a data directory keeps what roles are granted and have used. */
export function accessReportFile(directory: string): string {
  return join(directory, 'access-report.json');
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new Error(`${path} is not a folder`, { cause: error });
    }
    throw error;
  }
}
