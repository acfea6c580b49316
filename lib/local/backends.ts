import type { Assembly } from './assembly/read-assembly.ts';
import type { DataDirectory } from './data-directory/open-data-directory.ts';
import type { Deployment } from './deployment/deployment.ts';
import { expireItems, type TimeToLive } from './engines/expire-items.ts';
import { JsonService } from './engines/json-service.ts';
import { type Engines, startEngines } from './engines/start-engines.ts';
import { functionCredentials } from './function-credentials.ts';
import type { Services } from './resources/resource-handler.ts';
import type { Runtime } from './runtime.ts';
import { explain, RuntimeError } from './runtime-error.ts';
import { SecretsManager } from './secrets-manager/secrets-manager.ts';
import { type SecretsManagerServer, startSecretsManager } from './secrets-manager/start-secrets-manager.ts';

/** The account that the engines put into every ARN. */
const ACCOUNT_ID = '000000000000';
const DEFAULT_REGION = 'us-east-1';
const EXPIRY_INTERVAL_MS = 10 * 60_000;

export interface BackendOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly onLog: (line: string) => void;
  readonly onFailure: (error: RuntimeError) => void;
  readonly warn: (message: string) => void;
}

/** The services that stand in for AWS's, and what a deployment into them needs. */
export class Backends {
  readonly accountId = ACCOUNT_ID;
  readonly endpoints: Runtime['endpoints'];
  region: string;
  readonly #options: BackendOptions;
  readonly #engines: Engines;
  readonly #secretsManager: SecretsManager;
  readonly #server: SecretsManagerServer;
  #timesToLive: readonly TimeToLive[] = [];
  readonly #expiry: NodeJS.Timeout;
  #expiring: Promise<void> = Promise.resolve();

  constructor(
    engines: Engines,
    secretsManager: SecretsManager,
    server: SecretsManagerServer,
    options: BackendOptions,
  ) {
    this.#options = options;
    this.#engines = engines;
    this.#secretsManager = secretsManager;
    this.#server = server;
    this.region = defaultRegion(options.environment);
    this.endpoints = {
      dynamodb: engines.dynamodb,
      s3: engines.sqsAndS3,
      sqs: engines.sqsAndS3,
      secretsManager: server.endpoint,
    };
    this.#expiry = setInterval(() => this.#expire(), EXPIRY_INTERVAL_MS).unref();
  }

  /** What the stacks of one deployment share. Stacks that name no region are in the one of the shell. */
  newDeployment(assembly: Assembly): Deployment {
    this.region =
      assembly.stacks.find(({ region }) => region !== undefined)?.region ??
      defaultRegion(this.#options.environment);
    return {
      region: this.region,
      accountId: ACCOUNT_ID,
      services: this.#services(),
      environment: this.#options.environment,
      functionEnvironment: {
        ...functionCredentials(this.#options.environment),
        AWS_ENDPOINT_URL_DYNAMODB: this.endpoints.dynamodb,
        AWS_ENDPOINT_URL_S3: this.endpoints.s3,
        AWS_ENDPOINT_URL_SQS: this.endpoints.sqs,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: this.endpoints.secretsManager,
      },
      exports: new Map(),
      warn: this.#options.warn,
    };
  }

  /** From now on the expired items of these tables are deleted, now and then. */
  expireItemsOf(timesToLive: readonly TimeToLive[]): void {
    this.#timesToLive = timesToLive;
  }

  async stop(): Promise<void> {
    clearInterval(this.#expiry);
    this.#timesToLive = [];
    await this.#expiring;
    await Promise.all([this.#server.stop(), this.#engines.stop()]);
  }

  #services(): Services {
    return {
      dynamodb: this.#dynamodb(),
      sqs: new JsonService({
        endpoint: this.endpoints.sqs,
        region: this.region,
        jsonVersion: '1.0',
        targetPrefix: 'AmazonSQS',
        signingName: 'sqs',
      }),
      s3Endpoint: this.endpoints.s3,
      secretsManager: this.#secretsManager,
      ssmParameters: new Map(),
    };
  }

  #dynamodb(): JsonService {
    return new JsonService({
      endpoint: this.endpoints.dynamodb,
      region: this.region,
      jsonVersion: '1.0',
      targetPrefix: 'DynamoDB_20120810',
      signingName: 'dynamodb',
    });
  }

  #expire(): void {
    const dynamodb = this.#dynamodb();
    this.#expiring = this.#expiring.then(async () => {
      for (const timeToLive of this.#timesToLive) {
        try {
          await expireItems(dynamodb, timeToLive, Math.floor(Date.now() / 1000));
        } catch (error) {
          this.#options.onLog(`expired items of ${timeToLive.tableName} stay: ${explain(error)}`);
        }
      }
    });
  }
}

/**
 * Starts the engines over a data directory.
 *
 * @throws RuntimeError `engine-failed` or `data-directory-unusable`
 */
export async function startBackends(data: DataDirectory, options: BackendOptions): Promise<Backends> {
  const secretsManager = await SecretsManager.open(data.secrets).catch((error: unknown) => {
    throw new RuntimeError('data-directory-unusable', `the secrets cannot be read: ${explain(error)}`, error);
  });
  const engines = await startEngines({
    dynamodb: data.dynamodb,
    sqsAndS3: data.sqsAndS3,
    region: defaultRegion(options.environment),
    onLog: options.onLog,
    onFailure: options.onFailure,
  });
  const server = await startSecretsManager(secretsManager);
  return new Backends(engines, secretsManager, server, options);
}

function defaultRegion(environment: NodeJS.ProcessEnv): string {
  return environment.AWS_REGION || environment.AWS_DEFAULT_REGION || DEFAULT_REGION;
}
