import type { Engine } from '../engines/engine.ts';
import { ServiceError } from '../engines/json-service.ts';
import { type JsonInput, type JsonOperation, serveJsonService } from '../engines/serve-json-service.ts';
import type { Authorize } from '../engines/service-call.ts';
import type { Secret } from './secret.ts';
import type { SecretVersion } from './secret-versions.ts';
import type { SecretsManager } from './secrets-manager.ts';

type SecretOperation = (secrets: SecretsManager, input: JsonInput) => object | Promise<object>;

export interface SecretsManagerOptions {
  /** @default - everybody may read and write every secret */
  readonly authorize?: Authorize;
}

const operations: Readonly<Record<string, SecretOperation>> = {
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  ListSecretVersionIds: listSecretVersionIds,
  PutSecretValue: putSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
};

const MAX_SECRET_BYTES = 65_536;
const MAX_STAGES = 20;
const DEFAULT_PAGE = 100;

/**
 * Serves secrets on loopback as AWS Secrets Manager does, apart from what makes and deletes secrets: that a template alone
 * does here.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
export function startSecretsManager(
  secrets: SecretsManager,
  options: SecretsManagerOptions = {},
): Promise<Engine> {
  const bound = Object.entries(operations).map(([name, operation]): [string, JsonOperation] => [
    name,
    (input) => operation(secrets, input),
  ]);
  return serveJsonService({ service: 'secretsmanager', operations: new Map(bound), ...options });
}

function getSecretValue(secrets: SecretsManager, input: JsonInput): object {
  const secret = secrets.get(readText(input, 'SecretId'));
  const version = secrets.getVersion(secret.arn, {
    versionId: readOptionalText(input, 'VersionId'),
    stage: readOptionalText(input, 'VersionStage'),
  });
  return {
    ...identity(secret),
    ...versionIdentity(version),
    CreatedDate: version.createdAtMs / 1000,
    SecretString: version.value,
  };
}

async function putSecretValue(secrets: SecretsManager, input: JsonInput): Promise<object> {
  const secret = secrets.get(readText(input, 'SecretId'));
  const value = readText(input, 'SecretString');
  if (Buffer.byteLength(value) > MAX_SECRET_BYTES)
    throw invalid(`SecretString has more than ${MAX_SECRET_BYTES} bytes`);
  const versionId = readOptionalText(input, 'ClientRequestToken');
  if (versionId !== undefined && (versionId.length < 32 || versionId.length > 64))
    throw invalid('ClientRequestToken has to have 32 to 64 characters');
  const version = await secrets.put(secret.arn, { value, versionId, stages: readStages(input) });
  return { ...identity(secret), ...versionIdentity(version) };
}

async function updateSecretVersionStage(secrets: SecretsManager, input: JsonInput): Promise<object> {
  const secret = await secrets.moveStage(readText(input, 'SecretId'), {
    stage: readText(input, 'VersionStage'),
    from: readOptionalText(input, 'RemoveFromVersionId'),
    to: readOptionalText(input, 'MoveToVersionId'),
  });
  return identity(secret);
}

function describeSecret(secrets: SecretsManager, input: JsonInput): object {
  const secret = secrets.get(readText(input, 'SecretId'));
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  return {
    ...identity(secret),
    CreatedDate: secret.createdAtMs / 1000,
    LastChangedDate: secret.changedAtMs / 1000,
    VersionIdsToStages: Object.fromEntries(labelled.map(({ versionId, stages }) => [versionId, stages])),
  };
}

function listSecretVersionIds(secrets: SecretsManager, input: JsonInput): object {
  const secret = secrets.get(readText(input, 'SecretId'));
  const all = secret.versions.filter(({ stages }) => stages.length > 0 || input.IncludeDeprecated === true);
  const begin = Number(readOptionalText(input, 'NextToken') ?? 0);
  const { MaxResults: limit = DEFAULT_PAGE } = input;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > DEFAULT_PAGE)
    throw invalid(`MaxResults has to be a number from 1 to ${DEFAULT_PAGE}`);
  if (!Number.isInteger(begin) || begin < 0)
    throw new ServiceError('InvalidNextTokenException', 'NextToken is not one that was given out');
  const end = begin + limit;
  return {
    ...identity(secret),
    Versions: all.slice(begin, end).map((version) => ({
      ...versionIdentity(version),
      CreatedDate: version.createdAtMs / 1000,
    })),
    ...(end < all.length && { NextToken: String(end) }),
  };
}

function identity({ arn, name }: Secret) {
  return { ARN: arn, Name: name };
}

function versionIdentity({ versionId, stages }: SecretVersion) {
  return { VersionId: versionId, VersionStages: stages };
}

function readStages(input: JsonInput): readonly string[] | undefined {
  const stages = input.VersionStages;
  if (stages === undefined || stages === null) return undefined;
  const isList =
    Array.isArray(stages) && stages.length > 0 && stages.length <= MAX_STAGES && stages.every(isLabel);
  if (!isList) throw invalid(`VersionStages has to be a list of 1 to ${MAX_STAGES} labels`);
  return stages as readonly string[];
}

function isLabel(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 256;
}

function readText(input: JsonInput, name: string): string {
  const value = readOptionalText(input, name);
  if (value !== undefined && value !== '') return value;
  throw invalid(`${name} has to be a text that is not empty`);
}

function readOptionalText(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`${name} has to be a text`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
