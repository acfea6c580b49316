import type { SecretVersions } from './secret-versions.ts';

/** A secret as it is kept. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Empty until a value is put. */
  readonly versions: SecretVersions;
}

/** As it was kept before there were versions. */
interface UnversionedSecret extends Omit<Secret, 'versions'> {
  readonly value?: string;
  readonly versionId: string;
}

/** A secret as a data file may hold it. */
export type StoredSecret = Secret | UnversionedSecret;

/** Reads data files of any age. */
export function readStoredSecrets(stored: readonly StoredSecret[]): readonly Secret[] {
  return stored.map((secret) => {
    if ('versions' in secret) return secret;
    const { value, versionId, ...rest } = secret;
    const version = { versionId, createdAtMs: rest.changedAtMs, stages: ['AWSCURRENT'] };
    return { ...rest, versions: value === undefined ? [] : [{ ...version, value }] };
  });
}
