import type { NameRules } from '../deployment/physical-name.ts';
import type { Properties } from '../deployment/properties.ts';
import type { JsonService } from '../engines/json-service.ts';
import type { QueueSource, Schedule } from '../event-sources/event-source.ts';
import type { FunctionDefinition } from '../functions/function-definition.ts';
import type { JsonObject } from '../json.ts';
import type { KeyStore } from '../kms/key-store.ts';
import type { SecretsManager } from '../secrets-manager/secrets-manager.ts';
import type { SessionCredentials } from '../sts/session-registry.ts';

/** The services in which resources are created. */
export interface Services {
  readonly dynamodb: JsonService;
  readonly sqs: JsonService;
  /** Base URL of S3. */
  readonly s3Endpoint: string;
  readonly secretsManager: SecretsManager;
  readonly kms: KeyStore;
  /** Values of the parameters in SSM, by name. */
  readonly ssmParameters: Map<string, string>;
}

/** A resource to be created, and what it may know of its surroundings. */
export interface ResourceRequest {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly metadata: JsonObject;
  readonly region: string;
  readonly accountId: string;
  readonly services: Services;
  /** The variables of the person's shell. */
  readonly environment: NodeJS.ProcessEnv;
  /** Variables that every function gets besides the template's. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
  /** Credentials of a function's role. */
  readonly functionCredentials: (functionName: string, roleArn: string) => Promise<SessionCredentials>;
  /** The folder or file of an asset, by the object key under which the template refers to it. */
  readonly asset: (objectKey: string) => string | undefined;
  /** A name for what the template leaves unnamed, the same on every start. */
  readonly physicalName: (rules: NameRules) => string;
  /** `arn:<partition>:<service>:<region>:<account>:<resource>`. */
  readonly arn: (service: string, resource: string) => string;
  /** The ARN of what belongs to no region: an IAM role, or a bucket, whose ARN names no account either. */
  readonly globalArn: (service: 'iam' | 's3', resource: string) => string;
  readonly warn: (message: string) => void;
}

/** What became of a resource. */
export interface CreatedResource {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute. @default - the resource has none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Those that are lists. @default - the resource has none */
  readonly listAttributes?: Readonly<Record<string, readonly string[]>>;
  /** What the function runs, for a function. */
  readonly function?: FunctionDefinition;
  /** What feeds a function from a queue, for an event source mapping. */
  readonly queueSource?: QueueSource;
  /** What invokes functions again and again, for a rule. */
  readonly schedules?: readonly Schedule[];
  /** Where items of a table expire: its name and the attribute with the time in epoch seconds. */
  readonly timeToLive?: { readonly tableName: string; readonly attribute: string };
}

/**
 * Creates a resource of one type, or finds it again: called on every start and reload with the same template, it changes
 * nothing that is there.
 *
 * @throws Error saying why the resource cannot be created; the caller adds its name
 */
export type ResourceHandler = (resource: ResourceRequest) => CreatedResource | Promise<CreatedResource>;
