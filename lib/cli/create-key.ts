import { loadConfiguration } from '../config/load-configuration.ts';
import { ApiKeyStore } from '../storage/api-key-store.ts';
import { SecretStore } from '../storage/secret-store.ts';
import { type CreatedApiKey, createApiKey, type Scope } from '../tenancy/index.ts';
import { findOutput, type Outputs, readOutputs } from './outputs.ts';

export type { Outputs } from './outputs.ts';

export interface CreateKeyOptions {
  /** File that `cdk deploy --outputs-file` wrote. */
  readonly outputs: string;
  /** File of the configuration: keys carry the name of its environment. */
  readonly config: string;
  readonly tenant: string;
  readonly project: string;
  /** What people call the key. */
  readonly name: string;
  readonly scope: Scope;
}

/**
 * `openclaw keys create`: makes an API key of a deployment with the operator's own AWS credentials and prints it, this
 * once. The first key of a deployment has to come from somewhere.
 *
 * @throws CommandError that tells what to change
 */
export async function createKey(options: CreateKeyOptions): Promise<void> {
  const { environment } = await loadConfiguration(options.config);
  const outputs = await readOutputs(options.outputs);
  printKey(await makeKey(outputs, { ...options, environment, source: options.outputs }));
}

export interface MakeKeyOptions extends Pick<CreateKeyOptions, 'tenant' | 'project' | 'name' | 'scope'> {
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
  const location = options.region === undefined ? {} : { region: options.region };
  const pepper = await new SecretStore(location).read(
    findOutput(outputs, 'ApiKeyPepperSecretArn', options.source),
  );
  const tableName = findOutput(outputs, 'ApiKeysTableName', options.source);
  return createApiKey(new ApiKeyStore({ tableName, ...location }), {
    environment: options.environment,
    pepper,
    tenantId: options.tenant,
    projectId: options.project,
    name: options.name,
    scopes: [options.scope],
  });
}

/** Prints a new key: what it is for to a person, itself to whatever reads the output. */
export function printKey({ plaintext, record }: CreatedApiKey): void {
  process.stderr.write(
    `Key ${record.keyId} of tenant ${record.tenantId}, project ${record.projectId}, may ${record.scopes}. ` +
      'It is shown this once and stored nowhere:\n',
  );
  process.stdout.write(`${plaintext}\n`);
}
