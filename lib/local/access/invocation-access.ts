import type { RestApiDefinition, RestApiRoute } from '../api-gateway/rest-api-definition.ts';
import type { DeployedResource } from '../deployment/deploy-stack.ts';
import { type AccessRequest, describeDenial, evaluateAccess } from '../iam/index.ts';
import { compile } from './compile-access.ts';
import type { Enforcer } from './enforcer.ts';

/**
 * Why API Gateway may not invoke the function of a route, or undefined where it may.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
export function refusedInvocation(
  { apiId, stageName }: RestApiDefinition,
  { httpMethod, resourcePath, functionArn }: RestApiRoute,
  enforcer: Enforcer,
): string | undefined {
  const { partition, region, accountId } = enforcer.scope;
  const method = httpMethod === 'ANY' ? '*' : httpMethod;
  // What a request's path varies in is `*` in the ARN.
  const path = resourcePath.replace(/\{[^}]+\}/g, '*');
  const sourceArn = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stageName}/${method}${path}`;
  const decision = enforcer.allowsService('apigateway.amazonaws.com', {
    action: 'lambda:InvokeFunction',
    resource: functionArn,
    context: [
      ['aws:sourcearn', [sourceArn]],
      ['aws:sourceaccount', [accountId]],
    ],
  });
  return decision.allowed ? undefined : decision.because;
}

/**
 * Why nobody may call a private API, or undefined where those may who come through its VPC endpoint.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
 *
 * @param api - the deployed AWS::ApiGateway::RestApi
 * @param resources - all that are deployed, the API's VPC endpoint among them
 */
export function refusedCaller(
  api: DeployedResource,
  resources: readonly DeployedResource[],
  enforcer: Enforcer,
): string | undefined {
  const configuration = api.properties.group('EndpointConfiguration');
  if (!configuration.list('Types').includes('PRIVATE')) return undefined;
  const policy = api.properties.get('Policy');
  if (policy === undefined) return 'a private API without a policy refuses everybody';
  const { partition, region, accountId } = enforcer.scope;
  const arn = `arn:${partition}:execute-api:${region}:${accountId}:${api.ref}`;
  const request: AccessRequest = {
    action: 'execute-api:Invoke',
    resource: `${arn}/prod/POST/v1/chat/completions`,
    principal: { kind: 'anonymous', arn: 'anonymous', accountId: '' },
    context: new Map([['aws:sourcevpce', configuration.list('VpcEndpointIds').map(String)]]),
  };
  // In the policy of an API, `execute-api:/` is the API itself.
  const document: unknown = JSON.parse(JSON.stringify(policy).replaceAll('"execute-api:/', `"${arn}/`));
  const policies = [{ name: `the policy of ${api.stack}.${api.logicalId}`, document }];
  for (const { type, ref, stack, logicalId, properties } of resources) {
    const isOfApi = type === 'AWS::EC2::VPCEndpoint' && configuration.list('VpcEndpointIds').includes(ref);
    if (!isOfApi || !properties.has('PolicyDocument')) continue;
    policies.push({
      name: `the policy of ${stack}.${logicalId}`,
      document: properties.get('PolicyDocument'),
    });
  }
  for (const policy of policies) {
    const resource = compile(policy);
    const decision = evaluateAccess(request, { identity: [], resource, resourceKind: 'same-account' });
    if (!decision.allowed) return describeDenial(request, decision);
  }
  return undefined;
}
