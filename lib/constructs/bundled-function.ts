import { dirname, resolve } from 'node:path';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Alias,
  Architecture,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AssetHashType, DockerImage, type Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EnvironmentVariable } from '../config/environment.ts';
import { acknowledge, acknowledgeWildcards, inStandards } from './acknowledge.ts';
import { layFunctionCode } from './lay-function-code.ts';
import { type FunctionNetwork, inNetwork, networkAccess } from './network/function-network.ts';
import { repositoryRoot } from './repository-root.ts';
import type { TenantRole } from './tenant-role.ts';
import type { TenantResource, UsableResource } from './usable-resource.ts';

export interface BundledFunctionProps {
  /** What the function does, shown in the console. */
  readonly description: string;
  /** The module that exports `handler`, relative to the repository's root. */
  readonly entry: string;
  /** Files to lay beside the bundle: content by name. @default - none */
  readonly files?: Readonly<Record<string, string>>;
  /** In MiB. CPU grows with it: 1,769 MiB are one whole vCPU. */
  readonly memoryMib: number;
  /** At most 15 minutes. */
  readonly timeout: Duration;
  /** Encrypts the function's logs. */
  readonly logKey: IKey;
  /** The private network in which it runs. @default - none: it reaches the internet */
  readonly network?: FunctionNetwork;
}

/**
 * An alias, which is a function to whoever calls it. The classes declare their role as possibly undefined and the
 * interfaces as possibly absent, which under `exactOptionalPropertyTypes` are two things.
 */
export type PublishedAlias = Alias & IFunction;

/** Gives a function what belongs to tenants, which it reaches with a session of the tenant role. */
export interface TenantAccess {
  /**
   * Gives the function a resource: the variable by which it finds it, and the permission for exactly these operations on
   * what belongs to the tenant of a session.
   *
   * @param operations - names of the service's API operations, for example `GetItem`
   */
  uses<Operation extends string>(
    resource: TenantResource<Operation>,
    operations: readonly NoInfer<Operation>[],
    variable: EnvironmentVariable,
  ): void;
}

/** What an alias made by `publish` is called. */
const ALIAS_NAME = 'live';

/**
 * A Lambda function on Node 24 and arm64, bundled from TypeScript. Its role can write its own log group and nothing
 * else, until `uses` gives it more.
 *
 * The bundle carries source maps, but Node does not load them (`--enable-source-maps`): reading them at start took the
 * API's bundle from 73 to 97 ms. A stack trace is mapped where it is read.
 */
export class BundledFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const inNetworkAccess = networkAccess(scope, props.network);
    for (const statement of inNetworkAccess) role.addToPolicy(statement);
    acknowledgeWildcards(
      role,
      'Lambda makes the network interfaces, whose names are not known before, and asks for these rights on all of them',
      inNetworkAccess,
    );
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: bundledCode(props),
      memorySize: props.memoryMib,
      timeout: props.timeout,
      role,
      ...inNetwork(props.network),
      logGroup,
      // Functions write JSON themselves; the other format would wrap each line, escaped, in a JSON object of Lambda's.
      loggingFormat: LoggingFormat.TEXT,
      // A version that an alias has left may still be answering, and it is what one goes back to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    acknowledgeFindings(this, role);
  }

  /** Publishes the code and settings as a version, and an alias `live` of it for callers to address. */
  publish(): PublishedAlias {
    const version = this.currentVersion as Version & IVersion;
    return new Alias(this, 'Live', { aliasName: ALIAS_NAME, version }) as PublishedAlias;
  }

  /**
   * Gives the function a resource: the variable by which it finds it, and the permission for exactly these operations.
   *
   * @param operations - names of the service's API operations, for example `GetItem`
   */
  uses<Operation extends string>(
    resource: UsableResource<Operation>,
    operations: readonly NoInfer<Operation>[],
    variable: EnvironmentVariable,
  ): void {
    this.addEnvironment(variable, resource.address);
    resource.allow(this, operations);
  }

  /**
   * Lets the function act for one tenant at a time: the role trusts it, and the variable names the role.
   *
   * @returns by what to give it the resources that hold what belongs to tenants
   */
  actsFor(tenants: TenantRole, variable: EnvironmentVariable): TenantAccess {
    if (this.role === undefined) throw new Error('a function without a role cannot take on another one');
    tenants.trust(this.role);
    this.addEnvironment(variable, tenants.roleArn);
    return {
      uses: (resource, operations, name) => {
        this.addEnvironment(name, resource.address);
        tenants.allows(resource, operations);
      },
    };
  }
}

function acknowledgeFindings(handler: BundledFunction, role: Role): void {
  acknowledge(
    role,
    'The permissions of one function, which go with it; a managed policy could be given to others too',
    ...inStandards('IAMNoInlinePolicy'),
  );
  acknowledge(
    handler,
    'Whoever calls it waits for the result or keeps the message: API Gateway does the one, a queue the other',
    'Serverless-LambdaDLQ',
    ...inStandards('LambdaDLQ'),
  );
  acknowledge(
    handler,
    'Tracing by Lambda needs a permission on all resources. The trace of API Gateway has the time that the function took, ' +
      'and the lines of its log the rest',
    'Serverless-LambdaTracing',
  );
  acknowledge(
    handler,
    'The throttle of the API bounds it. A reservation takes from the other functions of the account, and a new account ' +
      'has none to give',
    ...inStandards('LambdaConcurrency'),
  );
  acknowledge(
    handler,
    'It calls AWS and hosted models, with TLS and its role. In a VPC it would need endpoints or a gateway, billed by the ' +
      'hour; a deployment asks for that with `network`',
    ...inStandards('LambdaInsideVPC'),
  );
}

function bundledCode(props: BundledFunctionProps): Code {
  return Code.fromAsset(dirname(resolve(repositoryRoot, props.entry)), {
    // By content of the bundle: a change of a comment deploys nothing.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required by the type; esbuild runs in this process, so no image is ever pulled.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(outputFolder) {
          layFunctionCode({ entry: props.entry, files: props.files ?? {} }, outputFolder);
          return true;
        },
      },
    },
  });
}
