import type {
  GatewayResponseDefinition,
  RestApiDefinition,
  RestApiRoute,
} from '../api-gateway/rest-api-definition.ts';
import { rootResourceId } from '../resources/rest-api.ts';
import type { DeployedResource } from './deploy-stack.ts';
import type { Deployment } from './deployment.ts';

// https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
const DEFAULT_TIMEOUT_MS = 29_000;
/** The function's ARN in the URI of a proxy integration, buffered or streamed. */
const integrationUri =
  /:lambda:path\/[^/]+\/functions\/(arn:[^/]+)\/(?:invocations|response-streaming-invocations)$/;
const headerParameter = 'gatewayresponse.header.';

/** Puts each REST API together from the resources that name it. */
export function collectRestApis(
  resources: readonly DeployedResource[],
  deployment: Pick<Deployment, 'accountId' | 'warn'>,
): RestApiDefinition[] {
  const apis = resources.filter(({ type }) => type === 'AWS::ApiGateway::RestApi');
  return apis.map((api) => {
    const parts = resources.filter(({ properties }) => properties.get('RestApiId') === api.ref);
    const ofType = (type: string) => parts.filter((part) => part.type === `AWS::ApiGateway::${type}`);
    const paths = resolvePaths(api.ref, ofType('Resource'));
    return {
      apiId: api.ref,
      stageName: ofType('Stage')[0]?.ref ?? '',
      accountId: deployment.accountId,
      routes: ofType('Method').flatMap((method) => toRoute(method, paths, deployment.warn) ?? []),
      gatewayResponses: ofType('GatewayResponse').map(toGatewayResponse),
      binaryMediaTypes: api.properties.list('BinaryMediaTypes').map(String),
    };
  });
}

function toRoute(
  method: DeployedResource,
  paths: ReadonlyMap<string, string>,
  warn: (message: string) => void,
): RestApiRoute | undefined {
  const { properties, stack, logicalId } = method;
  const integration = properties.group('Integration');
  const functionArn = integrationUri.exec(integration.optionalText('Uri') ?? '')?.[1];
  const resourcePath = paths.get(properties.text('ResourceId'));
  if (functionArn === undefined || resourcePath === undefined) {
    warn(`${stack}.${logicalId}: the local runtime serves only methods that a function answers as a proxy`);
    return undefined;
  }
  return {
    httpMethod: properties.text('HttpMethod'),
    resourcePath,
    functionArn,
    responseTransferMode:
      integration.optionalText('ResponseTransferMode') === 'STREAM' ? 'STREAM' : 'BUFFERED',
    timeoutMs: integration.optionalNumber('TimeoutInMillis') ?? DEFAULT_TIMEOUT_MS,
  };
}

/** The path of each resource of an API, by its id. */
function resolvePaths(apiId: string, resources: readonly DeployedResource[]): ReadonlyMap<string, string> {
  const paths = new Map([[rootResourceId(apiId), '/']]);
  const byId = new Map(resources.map((resource) => [resource.ref, resource]));
  const pathOf = (id: string): string | undefined => {
    const known = paths.get(id);
    const resource = byId.get(id);
    if (known !== undefined || resource === undefined) return known;
    const parent = pathOf(resource.properties.text('ParentId'));
    if (parent === undefined) return undefined;
    const path = `${parent === '/' ? '' : parent}/${resource.properties.text('PathPart')}`;
    paths.set(id, path);
    return path;
  };
  for (const id of byId.keys()) pathOf(id);
  return paths;
}

function toGatewayResponse({ properties }: DeployedResource): GatewayResponseDefinition {
  const statusCode = properties.optionalNumber('StatusCode');
  const headers = Object.entries(properties.texts('ResponseParameters'))
    .filter(([name]) => name.startsWith(headerParameter))
    .map(([name, value]) => [name.slice(headerParameter.length), value]);
  return {
    responseType: properties.text('ResponseType'),
    ...(statusCode !== undefined && { statusCode }),
    templates: properties.texts('ResponseTemplates'),
    headers: Object.fromEntries(headers),
  };
}
