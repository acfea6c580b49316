import { apiGatewayLogs } from './api-gateway-logs.ts';
import { bedrockModels } from './bedrock-models.ts';
import { bootstrap } from './bootstrap.ts';
import type { Check } from './check.ts';
import { functionConcurrency } from './function-concurrency.ts';
import { instanceQuotas } from './instance-quotas.ts';
import { providerKeys } from './provider-keys.ts';
import { regionServices } from './region-services.ts';
import { sageMakerEndpoints } from './sagemaker-endpoints.ts';
import { stackStates } from './stack-states.ts';

/** What is asked of an account before a deployment, once it is known which account and region it is. */
export const preflightChecks: readonly Check[] = [
  bootstrap,
  stackStates,
  regionServices,
  apiGatewayLogs,
  functionConcurrency,
  instanceQuotas,
  sageMakerEndpoints,
  bedrockModels,
];

/** What is asked of an account once there is a deployment. */
export const deployedChecks: readonly Check[] = [providerKeys];

export type { Check, CheckContext, Finding, Target } from './check.ts';
export { findTarget } from './find-target.ts';
export { type CheckReport, runChecks } from './run-checks.ts';
