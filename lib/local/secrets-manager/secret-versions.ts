import { ServiceError } from '../engines/json-service.ts';

/** One value that a secret has or had. */
export interface SecretVersion {
  readonly versionId: string;
  readonly value: string;
  readonly createdAtMs: number;
  /** Staging labels. A version without any is deprecated. */
  readonly stages: readonly string[];
}

/** In order of creation. Each staging label is at one version at most. */
export type SecretVersions = readonly SecretVersion[];

export const CURRENT = 'AWSCURRENT';
export const PREVIOUS = 'AWSPREVIOUS';

/** Of the deprecated versions, Secrets Manager may delete those beyond this number, and so does this. */
const MAX_VERSIONS = 100;

/** Moves of a staging label, as UpdateSecretVersionStage asks for them. */
export interface StageMove {
  readonly stage: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Adds a version. Its labels leave the versions that had them; what was current becomes the previous one.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 *
 * @throws ServiceError `ResourceExistsException` where there is a version of that id with another value
 */
export function addVersion(versions: SecretVersions, added: SecretVersion): SecretVersions {
  const existing = versions.find(({ versionId }) => versionId === added.versionId);
  if (existing?.value === added.value) return versions;
  if (existing) {
    throw new ServiceError(
      'ResourceExistsException',
      `A resource with the ID ${added.versionId} already exists with another value.`,
    );
  }
  const unlabelled: SecretVersions = [...versions, { ...added, stages: [] }];
  const labelled = added.stages.reduce((all, stage) => putStage(all, stage, added.versionId), unlabelled);
  const surplus = labelled.length - MAX_VERSIONS;
  const oldest = labelled.filter(({ stages }) => stages.length === 0).slice(0, Math.max(0, surplus));
  return labelled.filter((version) => !oldest.includes(version));
}

/**
 * Moves a label from a version to another one, or takes it away.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 *
 * @throws ServiceError `InvalidParameterException` or `ResourceNotFoundException`
 */
export function moveStage(versions: SecretVersions, { stage, from, to }: StageMove): SecretVersions {
  for (const id of [from, to]) if (id !== undefined) findVersion(versions, { versionId: id });
  const holder = versions.find(({ stages }) => stages.includes(stage));
  if (from !== undefined && holder?.versionId !== from)
    throw invalid(`The staging label ${stage} is not attached to the version ${from}.`);
  if (to === undefined) {
    if (from === undefined) throw invalid('Name a version to move the staging label to or remove it from.');
    if (stage === CURRENT)
      throw invalid(`You can only move ${CURRENT} to another version; it cannot be removed.`);
    return versions.map((version) => without(version, stage));
  }
  if (holder && holder.versionId !== to && from === undefined)
    throw invalid(
      `The staging label ${stage} is attached to ${holder.versionId}; name it in RemoveFromVersionId.`,
    );
  return putStage(versions, stage, to);
}

/**
 * The version of an id, a label, or both.
 *
 * @throws ServiceError `ResourceNotFoundException`
 */
export function findVersion(
  versions: SecretVersions,
  { versionId, stage }: { readonly versionId?: string | undefined; readonly stage?: string | undefined },
): SecretVersion {
  const wanted = stage ?? (versionId === undefined ? CURRENT : undefined);
  const found = versions.find(
    (version) =>
      (versionId === undefined || version.versionId === versionId) &&
      (wanted === undefined || version.stages.includes(wanted)),
  );
  if (found) return found;
  const asked = versionId === undefined ? `staging label: ${wanted}` : `VersionId: ${versionId}`;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${asked}`,
  );
}

function putStage(versions: SecretVersions, stage: string, to: string): SecretVersions {
  const holder = versions.find(({ stages }) => stages.includes(stage));
  if (holder?.versionId === to) return versions;
  const moved = versions.map((version) =>
    version.versionId === to
      ? { ...version, stages: [...version.stages, stage].sort() }
      : without(version, stage),
  );
  return stage === CURRENT && holder ? putStage(moved, PREVIOUS, holder.versionId) : moved;
}

function without(version: SecretVersion, stage: string): SecretVersion {
  return { ...version, stages: version.stages.filter((one) => one !== stage) };
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
