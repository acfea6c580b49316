import { describe, expect, it } from 'vitest';
import { Properties } from '../../../../lib/local/deployment/properties.ts';
import type { TemplatePlace } from '../../../../lib/local/intrinsics/template-error.ts';
import type { ResourceRequest } from '../../../../lib/local/resources/resource-handler.ts';
import {
  createEndpoint,
  createInferenceComponent,
  createModel,
  createScalableTarget,
} from '../../../../lib/local/resources/sagemaker.ts';

function request(properties: Record<string, string>) {
  return {
    properties: new Properties(properties, {} as TemplatePlace),
    physicalName: () => 'Stack-Model-1A2B',
    arn: (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`,
  } as unknown as ResourceRequest;
}

describe('resources of SageMaker', () => {
  it('refer to an endpoint by its ARN, in lower case, and by its name', () => {
    expect(createEndpoint(request({ EndpointName: 'My-Chat' }))).toEqual({
      ref: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/my-chat',
      attributes: { EndpointName: 'My-Chat' },
    });
  });

  it('have a generated name where the template gives none', () => {
    expect(createModel(request({})).attributes).toEqual({ ModelName: 'Stack-Model-1A2B' });
  });

  it('refer to a component by its ARN', () => {
    const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:inference-component/chat';
    expect(createInferenceComponent(request({ InferenceComponentName: 'chat' }))).toEqual({
      ref: arn,
      attributes: { InferenceComponentArn: arn },
    });
  });

  it('refer to a scalable target by what it scales', () => {
    const properties = {
      ResourceId: 'inference-component/chat',
      ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
      ServiceNamespace: 'sagemaker',
    };
    expect(createScalableTarget(request(properties)).ref).toBe(
      'inference-component/chat|sagemaker:inference-component:DesiredCopyCount|sagemaker',
    );
  });
});
