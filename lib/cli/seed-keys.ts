import { JsonService, type Runtime } from '../local/index.ts';
import { ApiKeyStore } from '../storage/api-key-store.ts';
import { DynamoDb } from '../storage/aws/dynamodb.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { hashApiKey, parseApiKey } from '../tenancy/index.ts';
import { CommandError } from './command-error.ts';
import { type FirstKey, makeFirstKey } from './tenancy/make-first-key.ts';

/** The keys with which the person at this machine calls the API. */
export interface LocalKeys {
  /** May call models. */
  readonly developer: string;
  /** May administer the deployment. */
  readonly admin: string;
}

const TENANT = 'local';
const PROJECT = 'default';

/**
 * Makes the two keys of a local deployment, or keeps those of an earlier start that are still good.
 *
 * @param environment - the deployment's, as its keys carry it
 * @param earlier - keys of an earlier start, where there was one
 */
export async function seedKeys(
  runtime: Runtime,
  environment: string,
  earlier: Partial<LocalKeys>,
): Promise<LocalKeys> {
  const location = {
    endpoint: runtime.endpoints.dynamodb,
    region: runtime.region,
    // The embedded engine checks no signature.
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const store = new ApiKeyStore({ tableName: findOutput(runtime, 'ApiKeysTableName'), ...location });
  const database = new DynamoDb(location);
  const documents = new DocumentStore(findOutput(runtime, 'TenancyTableName'), () => database);
  const pepper = await readSecret(runtime, findOutput(runtime, 'ApiKeyPepperSecretArn'));
  const seed = async (key: string | undefined, name: string, scope: FirstKey['scope']): Promise<string> => {
    if (key !== undefined && (await isGood(store, key, pepper, environment))) return key;
    const options = { store, documents, pepper: async () => pepper, environment };
    const created = await makeFirstKey(options, { tenant: TENANT, project: PROJECT, name, scope });
    return created.plaintext;
  };
  const [developer, admin] = await Promise.all([
    seed(earlier.developer, 'local developer', 'model:invoke'),
    seed(earlier.admin, 'local administrator', 'admin'),
  ]);
  return { developer, admin };
}

async function isGood(
  store: ApiKeyStore,
  text: string,
  pepper: string,
  environment: string,
): Promise<boolean> {
  const key = parseApiKey(text);
  if (key?.environment !== environment) return false;
  const record = await store.get(key.keyId);
  if (!record || record.revokedAtMs !== undefined) return false;
  if (record.expiresAtMs !== undefined && record.expiresAtMs <= Date.now()) return false;
  return record.hash === hashApiKey(key, pepper).toString('hex');
}

async function readSecret(runtime: Runtime, arn: string): Promise<string> {
  const secretsManager = new JsonService({
    endpoint: runtime.endpoints.secretsManager,
    region: runtime.region,
    jsonVersion: '1.1',
    targetPrefix: 'secretsmanager',
    signingName: 'secretsmanager',
  });
  const { SecretString: value } = await secretsManager.call<{ SecretString: string }>('GetSecretValue', {
    SecretId: arn,
  });
  return value;
}

function findOutput(runtime: Runtime, name: string): string {
  for (const outputs of Object.values(runtime.outputs)) {
    const value = outputs[name];
    if (value !== undefined) return value;
  }
  throw new CommandError(`the CDK app has no output ${name}`);
}
