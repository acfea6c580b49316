import type { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Stack, Token } from 'aws-cdk-lib/core';
import { FactName, RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { ConfigurationError } from '../config/configuration-error.ts';
import type { EndpointConfiguration } from '../config/endpoints.ts';
import { DEFAULT_CONFIGURATION_FILE } from '../config/load-configuration.ts';

/** vLLM as AWS builds it for SageMaker: https://aws.github.io/deep-learning-containers/vllm/deployment/sagemaker/ */
const DEFAULT_REPOSITORY = 'vllm';
const DEFAULT_TAG = 'server-sagemaker-cuda-v1';
/** The machine image whose driver is new enough for the CUDA of that image. */
const DEFAULT_AMI_VERSION = 'al2-ami-sagemaker-inference-gpu-3-1';

/** What serves a model, and what it must be able to read for that. */
export interface ServingContainer {
  readonly definition: CfnModel.ContainerDefinitionProperty;
  /** The repository of the image. */
  readonly repositoryArn: string;
  /** The machine image that the container needs. @default - any */
  readonly amiVersion?: string;
  /** The container fetches nothing from anywhere once it runs, so it needs no network. */
  readonly isIsolated: boolean;
}

/**
 * The container of an endpoint.
 *
 * @param key - the endpoint's name in the configuration
 * @throws ConfigurationError where AWS has no default image in the region
 */
export function servingContainer(
  scope: Construct,
  key: string,
  endpoint: EndpointConfiguration,
): ServingContainer {
  const { model } = endpoint;
  const image = endpoint.image ?? defaultImage(scope, key);
  return {
    definition: {
      image,
      environment: containerEnvironment(endpoint),
      ...('s3Uri' in model && {
        modelDataSource: {
          s3DataSource: { s3Uri: model.s3Uri, s3DataType: 'S3Prefix', compressionType: 'None' },
        },
      }),
    },
    repositoryArn: repositoryArn(scope, image),
    ...(endpoint.image === undefined && { amiVersion: DEFAULT_AMI_VERSION }),
    isIsolated: 's3Uri' in model,
  };
}

/** A variable `SM_VLLM_X_Y` is vLLM's option `--x-y`. Without SM_VLLM_MODEL it takes what SageMaker puts in /opt/ml/model. */
function containerEnvironment(endpoint: EndpointConfiguration): Record<string, string> {
  const { model, image, acceleratorsPerCopy, contextTokens, environment } = endpoint;
  const hub = 'huggingFaceId' in model ? model : undefined;
  if (image !== undefined) {
    return { ...(hub && { HF_MODEL_ID: hub.huggingFaceId }), ...environment };
  }
  return {
    ...(hub && { SM_VLLM_MODEL: hub.huggingFaceId }),
    ...(hub?.revision !== undefined && { SM_VLLM_REVISION: hub.revision }),
    SM_VLLM_TENSOR_PARALLEL_SIZE: String(acceleratorsPerCopy),
    SM_VLLM_MAX_MODEL_LEN: String(contextTokens),
    ...environment,
  };
}

/** AWS keeps its images in another account in some regions, and in some has none. */
function defaultImage(scope: Construct, key: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  if (!Token.isUnresolved(region) && RegionInfo.get(region).dlcRepositoryAccount === undefined) {
    throw new ConfigurationError(
      DEFAULT_CONFIGURATION_FILE,
      `endpoints.${key}.image: AWS has no image that serves models in ${region}; name one in your own registry`,
    );
  }
  const account = Stack.of(scope).regionalFact(FactName.DLC_REPOSITORY_ACCOUNT);
  return `${account}.dkr.ecr.${region}.${urlSuffix}/${DEFAULT_REPOSITORY}:${DEFAULT_TAG}`;
}

function repositoryArn(scope: Construct, image: string): string {
  const stack = Stack.of(scope);
  const own = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image);
  const [account, region, repository] = own?.slice(1) ?? [
    stack.regionalFact(FactName.DLC_REPOSITORY_ACCOUNT),
    stack.region,
    DEFAULT_REPOSITORY,
  ];
  return `arn:${stack.partition}:ecr:${region}:${account}:repository/${repository}`;
}
