import { partitionOf } from '../../config/partition.ts';
import { type CallerCredentials, readPresignedCaller } from '../access/caller.ts';
import type { CallScope, Check } from '../access/check.ts';

/** A request that leaves this machine for a service of AWS. */
export interface OutgoingRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** A service of AWS that serves models, which no engine stands in for. */
export interface ModelService {
  /** What a person calls it. */
  readonly title: string;
  /** As in a signature. */
  readonly signingName: string;
  /** Variable with which the person sends the calls elsewhere. */
  readonly endpointVariable: string;
  readonly endpoint: (region: string) => string;
  /** The permissions that a request needs; undefined for a request that is not known here. */
  readonly checks: (request: OutgoingRequest, scope: CallScope) => readonly Check[] | undefined;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html */
export const sageMakerRuntime: ModelService = {
  title: 'Amazon SageMaker',
  signingName: 'sagemaker',
  endpointVariable: 'AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME',
  endpoint: (region) => `https://runtime.sagemaker.${region}.${partitionOf(region).urlSuffix}`,
  checks: sageMakerChecks,
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html */
export const bedrockRuntime: ModelService = {
  title: 'Amazon Bedrock',
  signingName: 'bedrock',
  endpointVariable: 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
  endpoint: (region) => `https://bedrock-runtime.${region}.${partitionOf(region).urlSuffix}`,
  checks: bedrockChecks,
};

const sageMakerActions: Readonly<Record<string, string>> = {
  invocations: 'InvokeEndpoint',
  'invocations-response-stream': 'InvokeEndpointWithResponseStream',
  'async-invocations': 'InvokeEndpointAsync',
};

function sageMakerChecks(request: OutgoingRequest, scope: CallScope): readonly Check[] | undefined {
  const path = /^\/endpoints\/([^/]+)(?:\/inference-components\/([^/]+))?\/(openai\/v1\/.+|[\w-]+)$/.exec(
    request.url.split('?')[0] ?? '',
  );
  if (!path) return undefined;
  const [, endpoint = '', componentOfPath, operation = ''] = path.map(
    (part) => part && decodeURIComponent(part),
  );
  const byToken = operation.startsWith('openai/');
  const action = byToken ? 'InvokeEndpoint' : sageMakerActions[operation];
  if (action === undefined) return undefined;
  const component = componentOfPath ?? request.headers['x-amzn-sagemaker-inference-component']?.toString();
  const { partition, region, accountId } = scope;
  const prefix = `arn:${partition}:sagemaker:${region}:${accountId}`;
  return [
    ...(byToken ? [{ action: 'sagemaker:CallWithBearerToken', resource: '*' }] : []),
    // The ARN of an endpoint has its name in lower case.
    { action: `sagemaker:${action}`, resource: `${prefix}:endpoint/${endpoint.toLowerCase()}` },
    ...(component === undefined
      ? []
      : [{ action: `sagemaker:${action}`, resource: `${prefix}:inference-component/${component}` }]),
  ];
}

const bedrockActions: Readonly<Record<string, string>> = {
  converse: 'InvokeModel',
  'converse-stream': 'InvokeModelWithResponseStream',
  invoke: 'InvokeModel',
  'invoke-with-response-stream': 'InvokeModelWithResponseStream',
};

/** A profile needs permission itself, and for the model behind it, which is called through it. */
function bedrockChecks(request: OutgoingRequest, scope: CallScope): readonly Check[] | undefined {
  const guardrail = /^\/guardrail\/([^/]+)\/version\/[^/]+\/apply$/.exec(request.url.split('?')[0] ?? '');
  if (guardrail) return [guardrailCheck(decodeURIComponent(guardrail[1] ?? ''), scope)];
  const [, id = '', operation = ''] =
    /^\/model\/([^/]+)\/([\w-]+)$/.exec(request.url.split('?')[0] ?? '') ?? [];
  const action = bedrockActions[operation];
  if (action === undefined) return undefined;
  const model = decodeURIComponent(id);
  const { partition, region, accountId } = scope;
  const foundationModel = (name: string) => `arn:${partition}:bedrock:${region}::foundation-model/${name}`;
  const [, profiled] = /^(?:us|us-gov|eu|apac|au|ca|jp|global)\.(.+)$/.exec(model) ?? [];
  if (!model.startsWith('arn:') && profiled === undefined) {
    return [{ action: `bedrock:${action}`, resource: foundationModel(model) }];
  }
  const arn = model.startsWith('arn:')
    ? model
    : `arn:${partition}:bedrock:${region}:${accountId}:inference-profile/${model}`;
  if (!arn.includes('inference-profile/')) return [{ action: `bedrock:${action}`, resource: arn }];
  return [
    { action: `bedrock:${action}`, resource: arn },
    {
      action: `bedrock:${action}`,
      resource: foundationModel(profiled ?? 'the-model-of-the-profile'),
      context: [['bedrock:inferenceprofilearn', [arn]]],
    },
  ];
}

function guardrailCheck(id: string, { partition, region, accountId }: CallScope): Check {
  const resource = id.startsWith('arn:')
    ? id
    : `arn:${partition}:bedrock:${region}:${accountId}:guardrail/${id}`;
  return { action: 'bedrock:ApplyGuardrail', resource };
}

const TOKEN_PREFIX = 'Bearer sagemaker-api-key-';

/** Who made the bearer token of a request, which is a presigned URL; undefined where there is none. */
export function callerOfToken({
  headers,
}: Pick<OutgoingRequest, 'headers'>): (CallerCredentials & { readonly region: string }) | undefined {
  const authorization = headers.authorization?.toString() ?? '';
  if (!authorization.startsWith(TOKEN_PREFIX)) return undefined;
  const url = `https://${Buffer.from(authorization.slice(TOKEN_PREFIX.length), 'base64').toString()}`;
  if (!URL.canParse(url)) return undefined;
  const [, , region = ''] = (new URL(url).searchParams.get('X-Amz-Credential') ?? '').split('/');
  return { ...readPresignedCaller(url), region };
}
