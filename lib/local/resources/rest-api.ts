import { createHash } from 'node:crypto';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::ApiGateway::RestApi. What it serves is put together from its parts when all of them are there. */
export function createRestApi({ physicalName }: ResourceRequest): CreatedResource {
  const hash = createHash('sha256')
    .update(physicalName({ maxLength: 256 }))
    .digest('hex');
  const apiId = BigInt(`0x${hash}`).toString(36).slice(0, 10);
  return { ref: apiId, attributes: { RestApiId: apiId, RootResourceId: rootResourceId(apiId) } };
}

/** The id of the resource `/` of an API. */
export function rootResourceId(apiId: string): string {
  return `${apiId}-root`;
}

/** AWS::ApiGateway::Resource. */
export function createApiResource({ physicalName }: ResourceRequest): CreatedResource {
  const id = physicalName({ maxLength: 128 });
  return { ref: id, attributes: { ResourceId: id } };
}

/** AWS::ApiGateway::Deployment. */
export function createApiDeployment({ physicalName }: ResourceRequest): CreatedResource {
  const id = physicalName({ maxLength: 128 });
  return { ref: id, attributes: { DeploymentId: id } };
}

/** AWS::ApiGateway::Stage. */
export function createApiStage({ properties }: ResourceRequest): CreatedResource {
  return { ref: properties.text('StageName') };
}
