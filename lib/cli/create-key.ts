import { readFile } from 'node:fs/promises';
import { loadConfiguration } from '../config/load-configuration.ts';
import { ApiKeyStore } from '../storage/api-key-store.ts';
import { SecretStore } from '../storage/secret-store.ts';
import { type CreatedApiKey, createApiKey, type Scope } from '../tenancy/index.ts';
import { CommandError } from './command-error.ts';

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
  const pepper = await new SecretStore(location).read(find(outputs, 'ApiKeyPepperSecretArn', options.source));
  const tableName = find(outputs, 'ApiKeysTableName', options.source);
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

/** Outputs of all stacks of a deployment, by name. */
export type Outputs = Readonly<Record<string, string>>;

/** The outputs of all stacks in the file, by name. */
async function readOutputs(file: string): Promise<Outputs> {
  let stacks: unknown;
  try {
    stacks = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new CommandError(
      `${file} cannot be read: write it with \`npx cdk deploy --all --outputs-file ${file}\``,
      {
        cause,
      },
    );
  }
  if (typeof stacks !== 'object' || stacks === null)
    throw new CommandError(`${file} holds no stacks' outputs`);
  return Object.assign({}, ...Object.values(stacks)) as Outputs;
}

function find(outputs: Outputs, name: string, file: string): string {
  const value = outputs[name];
  if (value === undefined)
    throw new CommandError(`${file} has no output ${name}: it is not of an OpenClaw deployment`);
  return value;
}
