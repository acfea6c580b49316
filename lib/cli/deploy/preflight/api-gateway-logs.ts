import { apiGatewayLogRole } from '../aws/api-gateway-account.ts';
import { readStack } from '../aws/stacks.ts';
import { findResources } from '../find-resources.ts';
import { type Check, failure, ok, warning } from './check.ts';

/** API Gateway writes logs with one role for the whole account and region, which several deployments may want to set. */
export const apiGatewayLogs: Check = {
  title: "API Gateway's log role",
  needs: ['apigateway:GET'],
  run: async ({ plan, region, signal }) => {
    const logging = findResources(plan, 'AWS::ApiGateway::Stage').some(
      ({ declaration }) => declaration.Properties?.AccessLogSetting !== undefined,
    );
    if (!logging) return [];
    const role = await apiGatewayLogRole({ region }, { signal });
    const [setter] = findResources(plan, 'AWS::ApiGateway::Account');
    if (setter === undefined) {
      if (role !== undefined) return [ok('the account has one')];
      return [
        failure(
          'the account has none, and the access log needs one',
          'set one: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html',
        ),
      ];
    }
    if (role === undefined) return [ok('the account has none; the deployment sets one')];
    const deployed = await readStack({ region }, setter.stack, { signal });
    if (deployed !== undefined) return [ok('the account has one')];
    return [
      warning(
        `the account has one already (${role}); the deployment replaces it`,
        'nothing, as long as the old role was for logs alone: the new one may write all of API Gateway’s logs',
      ),
    ];
  },
};
