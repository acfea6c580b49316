import { AccessControl, AccessJournal } from './access/index.ts';
import { authorizeKms, authorizeSecretsManager, authorizeSts } from './access/service-authorization.ts';
import type { Assembly } from './assembly/read-assembly.ts';
import { bedrockRuntime, type ModelService, sageMakerRuntime } from './aws-forwarder/model-services.ts';
import { startAwsForwarder } from './aws-forwarder/start-aws-forwarder.ts';
import type { DataDirectory } from './data-directory/open-data-directory.ts';
import type { Deployment } from './deployment/deployment.ts';
import type { Engine } from './engines/engine.ts';
import { expireItems, type TimeToLive } from './engines/expire-items.ts';
import { JsonService } from './engines/json-service.ts';
import { type Engines, startEngines } from './engines/start-engines.ts';
import { KeyStore } from './kms/key-store.ts';
import { startKms } from './kms/start-kms.ts';
import type { Services } from './resources/resource-handler.ts';
import type { Runtime } from './runtime.ts';
import { explain, RuntimeError } from './runtime-error.ts';
import { SecretsManager } from './secrets-manager/secrets-manager.ts';
import { startSecretsManager } from './secrets-manager/start-secrets-manager.ts';
import { SessionRegistry } from './sts/session-registry.ts';
import { startSts } from './sts/start-sts.ts';

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

/** What runs, and what it keeps its things in. */
interface BackendParts {
  readonly engines: Engines;
  readonly secretsManager: SecretsManager;
  readonly secretsManagerServer: Engine;
  readonly kms: KeyStore;
  readonly kmsServer: Engine;
  readonly access: AccessControl;
  readonly journal: AccessJournal;
  readonly stsServer: Engine;
  readonly sageMakerForwarder: Engine;
  readonly bedrockForwarder: Engine;
}

/** The services that stand in for AWS's, and what a deployment into them needs. */
export class Backends {
  accountId = ACCOUNT_ID;
  readonly endpoints: Runtime['endpoints'];
  region: string;
  readonly #options: BackendOptions;
  readonly #parts: BackendParts;
  #timesToLive: readonly TimeToLive[] = [];
  readonly #expiry: NodeJS.Timeout;
  #expiring: Promise<void> = Promise.resolve();

  constructor(parts: BackendParts, options: BackendOptions) {
    this.#options = options;
    this.#parts = parts;
    this.region = defaultRegion(options.environment);
    this.endpoints = {
      dynamodb: parts.engines.dynamodb,
      s3: parts.engines.sqsAndS3,
      sqs: parts.engines.sqsAndS3,
      secretsManager: parts.secretsManagerServer.endpoint,
      kms: parts.kmsServer.endpoint,
      sts: parts.stsServer.endpoint,
    };
    this.#expiry = setInterval(() => this.#expire(), EXPIRY_INTERVAL_MS).unref();
  }

  /** Who may do what. */
  get access(): AccessControl {
    return this.#parts.access;
  }

  /** What the stacks of one deployment share. Stacks that name no region are in the one of the shell. */
  newDeployment(assembly: Assembly): Deployment {
    this.region =
      assembly.stacks.find(({ region }) => region !== undefined)?.region ??
      defaultRegion(this.#options.environment);
    // Templates for one account write its number into ARNs.
    this.accountId = assembly.stacks.find(({ account }) => account !== undefined)?.account ?? ACCOUNT_ID;
    return {
      region: this.region,
      accountId: this.accountId,
      services: this.#services(),
      environment: this.#options.environment,
      functionEnvironment: {
        AWS_ENDPOINT_URL_DYNAMODB: this.endpoints.dynamodb,
        AWS_ENDPOINT_URL_S3: this.endpoints.s3,
        AWS_ENDPOINT_URL_SQS: this.endpoints.sqs,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: this.endpoints.secretsManager,
        AWS_ENDPOINT_URL_KMS: this.endpoints.kms,
        AWS_ENDPOINT_URL_STS: this.endpoints.sts,
        AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: this.#parts.sageMakerForwarder.endpoint,
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: this.#parts.bedrockForwarder.endpoint,
      },
      functionCredentials: (functionName, roleArn) => this.access.functionCredentials(functionName, roleArn),
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
    const {
      engines,
      secretsManagerServer,
      kmsServer,
      stsServer,
      sageMakerForwarder,
      bedrockForwarder,
      journal,
    } = this.#parts;
    const servers = [secretsManagerServer, kmsServer, stsServer, sageMakerForwarder, bedrockForwarder];
    await Promise.all([engines, ...servers].map((part) => part.stop()));
    await journal.flush();
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
      secretsManager: this.#parts.secretsManager,
      kms: this.#parts.kms,
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
  const [secretsManager, kms, journal] = await Promise.all([
    SecretsManager.open(data.secrets).catch(unreadable('secrets')),
    KeyStore.open(data.keys).catch(unreadable('KMS keys')),
    AccessJournal.open(data.accessReport).catch(unreadable('report of used permissions')),
  ]);
  const region = defaultRegion(options.environment);
  const sessions = new SessionRegistry();
  // The engines are told of the rules, and tell what came of them.
  const access: { control?: AccessControl } = {};
  const engines = await startEngines({
    dynamodb: data.dynamodb,
    sqsAndS3: data.sqsAndS3,
    region,
    accountId: ACCOUNT_ID,
    onLog: options.onLog,
    onUsed: (permission) => access.control?.used(permission),
    onDenied: (denied) => access.control?.denied(denied),
    onFailure: options.onFailure,
  });
  const control = new AccessControl({
    accountId: ACCOUNT_ID,
    region,
    sessions,
    engines,
    journal,
    onDenied: options.onLog,
  });
  access.control = control;
  const enforcer = () => control.enforcer;
  const forward = (service: ModelService) =>
    startAwsForwarder({ service, enforcer, onDenied: control.denied, environment: options.environment });
  const [secretsManagerServer, kmsServer, stsServer, sageMakerForwarder, bedrockForwarder] =
    await Promise.all([
      startSecretsManager(secretsManager, {
        authorize: authorizeSecretsManager(secretsManager, enforcer, control.denied),
      }),
      startKms(kms, { authorize: authorizeKms(kms, enforcer, control.denied) }),
      startSts({
        sessions,
        accountId: ACCOUNT_ID,
        authorize: authorizeSts(enforcer, control.denied),
        onOpened: (accessKeyId) => control.share(accessKeyId),
      }),
      forward(sageMakerRuntime),
      forward(bedrockRuntime),
    ]);
  const parts = {
    engines,
    secretsManager,
    secretsManagerServer,
    kms,
    kmsServer,
    access: control,
    journal,
    stsServer,
    sageMakerForwarder,
    bedrockForwarder,
  };
  return new Backends(parts, options);
}

function unreadable(what: string): (error: unknown) => never {
  return (error) => {
    throw new RuntimeError('data-directory-unusable', `the ${what} cannot be read: ${explain(error)}`, error);
  };
}

function defaultRegion(environment: NodeJS.ProcessEnv): string {
  return environment.AWS_REGION || environment.AWS_DEFAULT_REGION || DEFAULT_REGION;
}
