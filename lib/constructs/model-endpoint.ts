import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnEndpoint, CfnEndpointConfig, CfnInferenceComponent, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EndpointConfiguration } from '../config/endpoints.ts';
import { instanceTypes } from '../config/instance-types.ts';
import { acknowledge, inStandards } from './acknowledge.ts';
import { CopyScaling } from './copy-scaling.ts';
import type { DataKey } from './data-key.ts';
import { ModelRole, modelLogGroup } from './model-role.ts';
import { ownRule } from './own-rules.ts';
import { servingContainer } from './serving-container.ts';

/** The network that an endpoint's containers join. */
export interface ModelNetwork {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}

export interface ModelEndpointProps {
  /** The endpoint's name in the configuration. */
  readonly key: string;
  readonly endpoint: EndpointConfiguration;
  /** The endpoint's and its component's name in AWS. */
  readonly name: string;
  readonly encryptionKey: DataKey;
  /** @default - a network of SageMaker's */
  readonly network?: ModelNetwork;
}

const VARIANT = 'AllTraffic';
/** How long a container may take to load its model. Without a bound a broken one would be tried, and billed, for hours. */
const STARTUP_SECONDS = 900;
/** Set aside on the host for a copy. SageMaker can give out far less than the machine has: more is refused on a g5.xlarge. */
const HOST_MEMORY_MIB = 1_024;

/**
 * A model on SageMaker behind a real-time endpoint, with as many copies as its load needs, down to none, and as many
 * machines as these copies fill. The deployment itself starts one copy: a container that cannot start fails there.
 */
export class ModelEndpoint extends Construct {
  constructor(scope: Construct, id: string, props: ModelEndpointProps) {
    super(scope, id);
    const { endpoint, name, network } = props;
    const container = servingContainer(this, props.key, endpoint);
    // SageMaker refuses a key for disks inside the machine, which its hardware encrypts.
    const volumeKeyArn = instanceTypes.get(endpoint.instanceType)?.hasLocalStorage
      ? undefined
      : props.encryptionKey.keyArn;
    const role = new ModelRole(this, 'Role', {
      endpoint,
      name,
      repositoryArn: container.repositoryArn,
      hasNetwork: network !== undefined,
      ...(volumeKeyArn !== undefined && { volumeKeyArn }),
    });
    const isolation = {
      enableNetworkIsolation: container.isIsolated,
      ...(network && {
        vpcConfig: { subnets: network.subnetIds, securityGroupIds: network.securityGroupIds },
      }),
    };
    const model = new CfnModel(this, 'Model', {
      executionRoleArn: role.roleArn,
      primaryContainer: container.definition,
      ...isolation,
    });
    // SageMaker checks what the role may do when the model is made.
    model.node.addDependency(role);
    const config = new CfnEndpointConfig(this, 'Config', {
      executionRoleArn: role.roleArn,
      ...(volumeKeyArn !== undefined && { kmsKeyId: volumeKeyArn }),
      ...isolation,
      productionVariants: [
        {
          variantName: VARIANT,
          instanceType: endpoint.instanceType,
          initialInstanceCount: 1,
          managedInstanceScaling: { status: 'ENABLED', ...instanceCounts(endpoint) },
          routingConfig: { routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
          ...(container.amiVersion !== undefined && { inferenceAmiVersion: container.amiVersion }),
        },
      ],
    });
    config.node.addDependency(role);
    if (!container.isIsolated && network === undefined) {
      acknowledge(
        config,
        'The container fetches its model from Hugging Face when it starts; one whose files are in S3 is isolated',
        ownRule('OpenClaw-SageMaker-Isolated'),
      );
    }
    if (endpoint.minCopies > 0) {
      acknowledge(
        config,
        'The configuration asks for copies that are always there (`minCopies`), and its cost is approved at deployment',
        ownRule('OpenClaw-SageMaker-ScaledToZero'),
      );
    }
    if (volumeKeyArn === undefined) {
      acknowledge(
        config,
        'The machine keeps everything on disks inside it, which its hardware encrypts; SageMaker refuses a key for them',
        ...inStandards('SageMakerEndpointConfigurationKMSKeyConfigured'),
      );
    }
    const deployed = new CfnEndpoint(this, 'Endpoint', {
      endpointName: name,
      endpointConfigName: config.attrEndpointConfigName,
    });
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: modelLogGroup(name),
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const component = new CfnInferenceComponent(this, 'Component', {
      // It has no attribute with a generated name, by which its scaling could find it.
      inferenceComponentName: name,
      endpointName: deployed.attrEndpointName,
      variantName: VARIANT,
      specification: {
        modelName: model.attrModelName,
        computeResourceRequirements: {
          numberOfAcceleratorDevicesRequired: endpoint.acceleratorsPerCopy,
          minMemoryRequiredInMb: HOST_MEMORY_MIB,
        },
        dataCacheConfig: { enableCaching: true },
        startupParameters: {
          containerStartupHealthCheckTimeoutInSeconds: STARTUP_SECONDS,
          modelDataDownloadTimeoutInSeconds: STARTUP_SECONDS,
        },
      },
      runtimeConfig: { copyCount: Math.max(1, endpoint.minCopies) },
    });
    // The first copy writes at once, into a group of SageMaker's own making, not encrypted, if there is none yet.
    component.node.addDependency(logs);
    new CopyScaling(this, 'Scaling', { endpoint, component, componentName: name });
  }
}

/** Machines for the least and the most copies. */
function instanceCounts(endpoint: EndpointConfiguration) {
  const perInstance = copiesPerInstance(endpoint);
  return {
    minInstanceCount: Math.ceil(endpoint.minCopies / perInstance),
    maxInstanceCount: Math.ceil(endpoint.maxCopies / perInstance),
  };
}

function copiesPerInstance({ instanceType, acceleratorsPerCopy }: EndpointConfiguration): number {
  const accelerators = instanceTypes.get(instanceType)?.accelerators ?? acceleratorsPerCopy;
  return Math.floor(accelerators / acceleratorsPerCopy);
}
