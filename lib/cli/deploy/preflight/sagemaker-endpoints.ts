import { isDeployedWithIt } from '../../../config/deployed-endpoints.ts';
import { endpointState } from '../aws/sagemaker-endpoints.ts';
import { type Check, type Finding, ok, warning } from './check.ts';

/** Endpoints that are not part of the deployment are made elsewhere, so they may be missing. */
export const sageMakerEndpoints: Check = {
  title: 'SageMaker endpoints',
  needs: ['sagemaker:DescribeEndpoint'],
  run: ({ plan, region, signal }) =>
    Promise.all(
      Object.entries(plan.configuration.providers).flatMap(([name, provider]) =>
        provider.kind === 'sagemaker' &&
        provider.endpointUrl === undefined &&
        !isDeployedWithIt(provider, plan.configuration)
          ? [look(name, provider.endpoint, provider.region ?? region, signal)]
          : [],
      ),
    ),
};

async function look(
  provider: string,
  endpoint: string,
  region: string,
  signal: AbortSignal,
): Promise<Finding> {
  const state = await endpointState({ region }, endpoint, { signal });
  const whose = `the provider "${provider}"`;
  // A deployment works without it: callers of its models get an error until it is there.
  if (state === undefined) {
    return warning(
      `there is no endpoint ${endpoint} in ${region}, which ${whose} calls`,
      'create it, or correct `endpoint` and `region` in the configuration',
    );
  }
  if (state.status === 'InService') return ok(`${endpoint} is in service`);
  const reason = state.failureReason === undefined ? '' : `: ${state.failureReason}`;
  return warning(
    `${endpoint}, which ${whose} calls, is ${state.status}${reason}`,
    'wait until it is InService, or remove the provider',
  );
}
