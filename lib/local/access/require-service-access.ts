import type { DeployedResource } from '../deployment/deploy-stack.ts';
import { RuntimeError } from '../runtime-error.ts';
import type { Enforcer } from './enforcer.ts';
import { accessLogRole } from './requirements/access-log-role.ts';
import { alarmTopic } from './requirements/alarm-topic.ts';
import { queueSourceRole, scheduledFunction } from './requirements/event-source-role.ts';
import { flowLogRole } from './requirements/flow-log-role.ts';
import { functionRole } from './requirements/function-role.ts';
import { logGroupKey } from './requirements/log-group-key.ts';
import { endpointRole, modelRole } from './requirements/model-role.ts';
import type { Requirement } from './requirements/requirement.ts';
import { rolloutRole } from './requirements/rollout-role.ts';
import { serverAccessLog } from './requirements/server-access-log.ts';
import { serviceAddresses } from './requirements/service-addresses.ts';

const requirements: Readonly<Record<string, Requirement | readonly Requirement[]>> = {
  'AWS::ApiGateway::Account': accessLogRole,
  'AWS::CloudWatch::Alarm': alarmTopic,
  'AWS::CodeDeploy::DeploymentGroup': rolloutRole,
  'AWS::EC2::FlowLog': flowLogRole,
  'AWS::Events::Rule': scheduledFunction,
  'AWS::Lambda::EventSourceMapping': queueSourceRole,
  'AWS::Lambda::Function': [functionRole, serviceAddresses],
  'AWS::Logs::LogGroup': logGroupKey,
  'AWS::S3::Bucket': serverAccessLog,
  'AWS::SageMaker::Endpoint': endpointRole,
  'AWS::SageMaker::Model': modelRole,
};

/**
 * Fails as a deployment does, or later the service, where a service of AWS may not do what it has to.
 *
 * @throws RuntimeError `resource-failed`
 */
export function requireServiceAccess(resources: readonly DeployedResource[], enforcer: Enforcer): void {
  for (const resource of resources) {
    for (const requirement of [requirements[resource.type] ?? []].flat()) {
      const unmet = requirement(resource, enforcer, resources);
      if (!unmet) continue;
      const { stack, logicalId, type } = resource;
      throw new RuntimeError(
        'resource-failed',
        `${stack}: Resources.${logicalId} (${type}) cannot be created: ${unmet.message} (${unmet.because})`,
      );
    }
  }
}
