import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseTransferMode,
  RestApi,
  type RestApiProps,
} from 'aws-cdk-lib/aws-apigateway';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DomainConfiguration } from '../config/domain.ts';
import { acknowledge, inStandards } from './acknowledge.ts';
import { ApiDomain } from './api-domain.ts';
import { keepExecutionLog } from './execution-log.ts';
import { addOpenAiGatewayResponses } from './openai-gateway-responses.ts';

/** The longest that API Gateway lets a streamed response take, and Lambda a call. */
export const LONGEST_RESPONSE = Duration.minutes(15);

/** The one stage of an API. */
export const STAGE_NAME = 'prod';

export interface StreamingRestApiProps {
  /** The API's name in the console. */
  readonly name: string;
  /** What the API offers, shown in the console. */
  readonly description: string;
  /** Answers every request, with a handler made by `awslambda.streamifyResponse`. */
  readonly handler: IFunction;
  /** Requests per second over all callers, above which API Gateway answers 429 by itself. */
  readonly requestsPerSecond: number;
  /** Requests above that rate which are let through in a burst. */
  readonly burst: number;
  /** Encrypts the access log. */
  readonly logKey: IKey;
  /** Makes the API reachable through VPC endpoints only. @default - it is public */
  readonly privateAccess?: PrivateAccess;
  /** A host name, which then replaces the one that AWS gives. @default - the one that AWS gives */
  readonly domain?: DomainConfiguration;
}

/** How a private API is reached. */
export interface PrivateAccess {
  /** The deployment's own endpoint for APIs. */
  readonly endpoint: IVpcEndpoint;
  /** Ids of endpoints in other VPCs. */
  readonly callerVpcEndpoints: readonly string[];
}

/**
 * One access-log line. It names no header and no query string, because either may carry a key.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
const accessLogLine = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  tlsVersion: '$context.tlsVersion',
  errorType: '$context.error.responseType',
};

/** A REST API that hands every path and method to one function and streams what it answers. */
export class StreamingRestApi extends Construct {
  /** Where the API is reached; ends in a slash. */
  readonly url: string;
  /** ARN of the stage. */
  readonly stageArn: string;
  /** What the domain's host name must lead to. @default - the API has no domain */
  readonly domainTarget?: string;

  constructor(scope: Construct, id: string, props: StreamingRestApiProps) {
    super(scope, id);
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, 'Api', {
      restApiName: props.name,
      description: props.description,
      ...reach(props.privateAccess),
      // Whoever could go round the domain would go round its check of client certificates.
      ...(props.domain !== undefined && { disableExecuteApiEndpoint: true }),
      // The access log needs the account to have named a role for API Gateway's logs, which a fresh account has not.
      // The setting is one for the account and region; it stays when the stack goes, as other APIs may rely on it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE_NAME,
        tracingEnabled: true,
        // Why API Gateway itself failed. Bodies are not logged.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        throttlingRateLimit: props.requestsPerSecond,
        throttlingBurstLimit: props.burst,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
      },
    });
    keepExecutionLog(api, STAGE_NAME, props.logKey);
    const integration = new LambdaIntegration(props.handler, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: LONGEST_RESPONSE,
      allowTestInvoke: false,
    });
    api.root.addMethod('ANY', integration);
    api.root.addProxy({ anyMethod: true, defaultIntegration: integration });
    addOpenAiGatewayResponses(api);
    requireModernTls(api);
    acknowledgeFindings(api);
    // The output that RestApi adds by itself; a stack names its own.
    api.node.tryRemoveChild('Endpoint');
    this.stageArn = api.deploymentStage.stageArn;
    if (props.domain === undefined) {
      this.url = api.url;
    } else {
      const domain = new ApiDomain(this, 'Domain', { domain: props.domain, api });
      this.url = domain.url;
      this.domainTarget = domain.target;
    }
  }
}

function reach(access: PrivateAccess | undefined): Pick<RestApiProps, 'endpointConfiguration' | 'policy'> {
  if (access === undefined) return { endpointConfiguration: { types: [EndpointType.REGIONAL] } };
  const endpoints = [access.endpoint.vpcEndpointId, ...access.callerVpcEndpoints];
  const everyRoute = {
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
  };
  return {
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints: [access.endpoint] },
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement(everyRoute),
        new PolicyStatement({
          ...everyRoute,
          effect: Effect.DENY,
          conditions: { StringNotEquals: { 'aws:SourceVpce': endpoints } },
        }),
      ],
    }),
  };
}

/**
 * Without this a regional API still accepts TLS 1.0. Basic mode, because strict mode refuses callers whose host name and
 * TLS server name differ, as behind a proxy.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
function requireModernTls(api: RestApi): void {
  const resource = api.node.defaultChild as CfnResource;
  resource.addPropertyOverride('SecurityPolicy', 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09');
  resource.addPropertyOverride('EndpointAccessMode', 'BASIC');
}

function acknowledgeFindings(api: RestApi): void {
  acknowledge(
    api,
    'The function authenticates: an API key is a bearer token, as clients of OpenAI send it, and is looked up by its hash',
    'AwsSolutions-APIG4',
    'AwsSolutions-COG4',
  );
  acknowledge(
    api,
    'The function checks every body against the schema of its route, and says in the shape of OpenAI what is wrong',
    'AwsSolutions-APIG2',
  );
  acknowledge(
    api,
    'The policy that AWS names for this role: ' +
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html',
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
  );
  acknowledge(
    api,
    'No answer is for two callers, and a cache is billed by the hour',
    ...inStandards('APIGWCacheEnabledAndEncrypted'),
  );
  acknowledge(
    api,
    'A client certificate is for a backend behind HTTP. Lambda knows this API by its signature and ARN',
    ...inStandards('APIGWSSLEnabled'),
  );
  acknowledge(
    api,
    'A firewall costs some $5 a month before the first request, and more for each rule; a deployment asks for one',
    'AwsSolutions-APIG3',
    'NIST.800.53.R5-APIGWAssociatedWithWAF',
  );
}
