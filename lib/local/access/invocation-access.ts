import type { RestApiDefinition, RestApiRoute } from '../api-gateway/rest-api-definition.ts';
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
