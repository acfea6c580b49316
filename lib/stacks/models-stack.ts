import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { endpointName } from '../config/endpoints.ts';
import type { Configuration } from '../config/schema.ts';
import { ModelEndpoint, type ModelNetwork } from '../constructs/model-endpoint.ts';
import type { DataStack } from './data-stack.ts';

export interface ModelsStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly data: DataStack;
  /** The network that the models' containers join. @default - one of SageMaker's */
  readonly network?: ModelNetwork;
}

/**
 * The self-hosted models. Other stacks know them by their names alone, so that this one, which takes the longest, can
 * be deployed, replaced or removed by itself.
 */
export class ModelsStack extends Stack {
  constructor(scope: Construct, id: string, props: ModelsStackProps) {
    super(scope, id, props);
    const { name: deployment, endpoints } = props.configuration;
    for (const [key, endpoint] of Object.entries(endpoints)) {
      new ModelEndpoint(this, `Model-${key}`, {
        key,
        endpoint,
        name: endpointName(deployment, key),
        encryptionKey: props.data.key,
        ...(props.network && { network: props.network }),
      });
    }
  }
}
