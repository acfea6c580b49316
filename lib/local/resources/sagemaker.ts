import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

const LONGEST_NAME = 63;

/** AWS::SageMaker::Model: there is none on one machine, but the endpoint's component names it. */
export function createModel(resource: ResourceRequest): CreatedResource {
  return named(resource, 'Model', 'model');
}

/** AWS::SageMaker::EndpointConfig. */
export function createEndpointConfig(resource: ResourceRequest): CreatedResource {
  return named(resource, 'EndpointConfig', 'endpoint-config');
}

/** AWS::SageMaker::Endpoint. */
export function createEndpoint(resource: ResourceRequest): CreatedResource {
  return named(resource, 'Endpoint', 'endpoint');
}

/** AWS::SageMaker::InferenceComponent. */
export function createInferenceComponent(resource: ResourceRequest): CreatedResource {
  const name = nameOf(resource, 'InferenceComponent');
  const arn = resource.arn('sagemaker', `inference-component/${name}`);
  return { ref: arn, attributes: { InferenceComponentArn: arn } };
}

/** AWS::ApplicationAutoScaling::ScalableTarget. */
export function createScalableTarget({ properties }: ResourceRequest): CreatedResource {
  const id = ['ResourceId', 'ScalableDimension', 'ServiceNamespace']
    .map((name) => properties.text(name))
    .join('|');
  return { ref: id, attributes: { Id: id } };
}

/** Of these types a reference gives the ARN, whose name is in lower case, and an attribute the name. */
function named(resource: ResourceRequest, type: string, arnType: string): CreatedResource {
  const name = nameOf(resource, type);
  return {
    ref: resource.arn('sagemaker', `${arnType}/${name.toLowerCase()}`),
    attributes: { [`${type}Name`]: name },
  };
}

function nameOf({ properties, physicalName }: ResourceRequest, type: string): string {
  return properties.optionalText(`${type}Name`) ?? physicalName({ maxLength: LONGEST_NAME });
}
