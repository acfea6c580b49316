import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
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

/** A regional REST API that hands every path and method to one function and streams what it answers. */
export class StreamingRestApi extends Construct {
  /** Where the API is reached; ends in a slash. */
  readonly url: string;

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
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      // The access log needs the account to have named a role for API Gateway's logs, which a fresh account has not.
      // The setting is one for the account and region; it stays when the stack goes, as other APIs may rely on it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE_NAME,
        throttlingRateLimit: props.requestsPerSecond,
        throttlingBurstLimit: props.burst,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
      },
    });
    const integration = new LambdaIntegration(props.handler, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: LONGEST_RESPONSE,
      allowTestInvoke: false,
    });
    api.root.addMethod('ANY', integration);
    api.root.addProxy({ anyMethod: true, defaultIntegration: integration });
    addOpenAiGatewayResponses(api);
    requireModernTls(api);
    // The output that RestApi adds by itself; a stack names its own.
    api.node.tryRemoveChild('Endpoint');
    this.url = api.url;
  }
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
