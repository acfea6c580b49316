import { loadConfiguration } from '../config/load-configuration.ts';
import { ApiKeyStore } from '../storage/api-key-store.ts';
import { DynamoDb } from '../storage/aws/dynamodb.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { SecretStore } from '../storage/secret-store.ts';
import type { CreatedApiKey, Scope } from '../tenancy/index.ts';
import { CommandError } from './command-error.ts';
import { operatorLocation } from './deploy/aws/operator-location.ts';
import { findOutput, type Outputs, readOutputs } from './outputs.ts';
import { type CreateKeyOverApiOptions, createKeyOverApi } from './tenancy/keys.ts';
import { makeFirstKey } from './tenancy/make-first-key.ts';

export type { Outputs } from './outputs.ts';

export interface CreateKeyOptions extends CreateKeyOverApiOptions {
  /** With the operator's own AWS credentials, as a deployment's first key has to come from somewhere. */
  readonly bootstrap?: boolean;
  /** File that `openclaw deploy` wrote; names a deployment, so it means the same. */
  readonly outputs?: string;
  /** File of the configuration: keys carry the name of its environment. */
  readonly config: string;
}

/** Where `openclaw deploy` writes to. */
const defaultOutputs = 'openclaw-outputs.json';

/**
 * `openclaw keys create`: makes an API key and prints it, this once.
 *
 * @throws CommandError that tells what to change
 */
export async function createKey({ bootstrap, outputs, config, ...options }: CreateKeyOptions): Promise<void> {
  if (!bootstrap && outputs === undefined) return createKeyOverApi(options);
  const { tenant = 'default', project, name, scope = ['model:invoke'] } = options;
  const file = outputs ?? defaultOutputs;
  const { environment } = await loadConfiguration(config);
  const [wanted, ...more] = scope;
  if ((wanted !== 'model:invoke' && wanted !== 'admin') || more.length > 0) {
    throw new CommandError('a first key has the scope model:invoke or admin; make others with that of admin');
  }
  for (const id of [tenant, project]) checkId(id);
  printKey(
    await makeKey(await readOutputs(file), {
      tenant,
      project,
      name,
      scope: wanted,
      environment,
      source: file,
    }),
  );
}

export interface MakeKeyOptions {
  readonly tenant: string;
  /** The tenant's project; of no meaning for a key that administers. */
  readonly project: string;
  /** What people call the key. */
  readonly name: string;
  readonly scope: Extract<Scope, 'model:invoke' | 'admin'>;
  readonly environment: string;
  /** Where the outputs are from, for the message. */
  readonly source: string;
  /** The deployment's region. @default - that of the credentials */
  readonly region?: string;
}

/**
 * Makes an API key of the deployment that has these outputs.
 *
 * @throws CommandError where an output is missing
 */
export async function makeKey(outputs: Outputs, options: MakeKeyOptions): Promise<CreatedApiKey> {
  const location = await operatorLocation(options.region);
  const secret = findOutput(outputs, 'ApiKeyPepperSecretArn', options.source);
  const database = new DynamoDb(location);
  return makeFirstKey(
    {
      store: new ApiKeyStore({
        tableName: findOutput(outputs, 'ApiKeysTableName', options.source),
        ...location,
      }),
      documents: new DocumentStore(findOutput(outputs, 'TenancyTableName', options.source), () => database),
      pepper: () => new SecretStore(location).read(secret),
      environment: options.environment,
    },
    options,
  );
}

/** Prints a new key: what it is for to a person, itself to whatever reads the output. */
export function printKey({ plaintext, record }: CreatedApiKey): void {
  const { keyId, tenantId, projectId, scopes } = record;
  const where = projectId === '' ? `tenant ${tenantId}` : `tenant ${tenantId}, project ${projectId}`;
  process.stderr.write(
    `Key ${keyId} of ${where}, may ${scopes}. It is shown this once and stored nowhere:\n`,
  );
  process.stdout.write(`${plaintext}\n`);
}

/** Tenants and projects are parts of database keys, in which # separates. */
function checkId(id: string): void {
  if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(id)) return;
  throw new CommandError(`'${id}' is no id: use up to 63 lower-case letters, digits and hyphens`);
}
