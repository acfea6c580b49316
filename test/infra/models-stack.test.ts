import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { synthesize } from './synthesize.ts';

type EndpointInput = NonNullable<ConfigurationInput['endpoints']>[string];

const chat: EndpointInput = {
  instanceType: 'ml.g6.2xlarge',
  model: { s3Uri: 's3://models/qwen3/' },
  parametersBillions: 8,
  precision: 'fp8',
};

/** The models stack of a deployment with one endpoint. */
function models(changes: Partial<EndpointInput> = {}, others: ConfigurationInput = {}) {
  return synthesize({ ...others, endpoints: { chat: { ...chat, ...changes } } }).template('OpenClaw-Models');
}

/** The statements of the endpoint's role, by their first action. */
function permissions(changes: Partial<EndpointInput> = {}) {
  const [policy] = Object.values(models(changes, { region: 'eu-west-1' }).findResources('AWS::IAM::Policy'));
  const statements: { Action: string | string[]; Resource: unknown; Condition?: unknown }[] =
    policy?.Properties.PolicyDocument.Statement;
  return new Map(statements.map((statement) => [[statement.Action].flat()[0], statement]));
}

describe('the models stack', () => {
  it('exists only with endpoints', () => {
    expect(synthesize().stackNames).not.toContain('OpenClaw-Models');
    expect(synthesize({ endpoints: { chat } }).stackNames).toContain('OpenClaw-Models');
  });

  it('isolates a model whose files come from S3 from the network', () => {
    const template = models();
    template.hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: true,
      PrimaryContainer: {
        ModelDataSource: {
          S3DataSource: { S3Uri: 's3://models/qwen3/', S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
        Environment: { SM_VLLM_TENSOR_PARALLEL_SIZE: '1', SM_VLLM_MAX_MODEL_LEN: '8192' },
      },
    });
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { EnableNetworkIsolation: true });
  });

  it('lets a model of the hub download itself', () => {
    const template = models({ model: { huggingFaceId: 'Qwen/Qwen3-8B', revision: 'b968826' } });
    template.hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: false,
      PrimaryContainer: {
        ModelDataSource: Match.absent(),
        Environment: Match.objectLike({ SM_VLLM_MODEL: 'Qwen/Qwen3-8B', SM_VLLM_REVISION: 'b968826' }),
      },
    });
  });

  it.each([
    ['us-east-1', '763104351884.dkr.ecr.us-east-1.'],
    ['eu-south-1', '692866216735.dkr.ecr.eu-south-1.'],
    ['cn-north-1', '727897471807.dkr.ecr.cn-north-1.'],
  ])("takes AWS's image from the account that has it in %s", (region, registry) => {
    const [model] = Object.values(models({}, { region }).findResources('AWS::SageMaker::Model'));
    expect(JSON.stringify(model?.Properties.PrimaryContainer.Image)).toContain(registry);
  });

  it('refuses a region in which AWS has no image, unless one is named', () => {
    expect(() => models({}, { region: 'us-gov-west-1' })).toThrow(
      'endpoints.chat.image: AWS has no image that serves models in us-gov-west-1; name one in your own registry',
    );
    const image = '111122223333.dkr.ecr.us-gov-west-1.amazonaws.com/models/vllm:1';
    models({ image }, { region: 'us-gov-west-1' }).hasResourceProperties('AWS::SageMaker::Model', {
      PrimaryContainer: { Image: image },
    });
  });

  it('scales machines down to none, and sends requests where the fewest wait', () => {
    models().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        {
          InstanceType: 'ml.g6.2xlarge',
          ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 1 },
          RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
          InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
        },
      ],
    });
  });

  it.each([
    [{ minCopies: 1, maxCopies: 9, acceleratorsPerCopy: 1 }, 1, 3],
    [{ minCopies: 0, maxCopies: 5, acceleratorsPerCopy: 2 }, 0, 3],
    [{ minCopies: 2, maxCopies: 2, acceleratorsPerCopy: 4 }, 2, 2],
  ])('has machines for its copies: %o', (copies, MinInstanceCount, MaxInstanceCount) => {
    models({ ...copies, instanceType: 'ml.g6.12xlarge' }).hasResourceProperties(
      'AWS::SageMaker::EndpointConfig',
      { ProductionVariants: [{ ManagedInstanceScaling: { MinInstanceCount, MaxInstanceCount } }] },
    );
  });

  it('encrypts volumes with the key, save disks inside the machine, for which SageMaker refuses one', () => {
    models().hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: Match.absent() });
    const image = '111122223333.dkr.ecr.us-east-1.amazonaws.com/neuron:1';
    models({ instanceType: 'ml.inf2.xlarge', image }).hasResourceProperties(
      'AWS::SageMaker::EndpointConfig',
      {
        KmsKeyId: { 'Fn::ImportValue': Match.stringLikeRegexp('OpenClaw-Data:.*Key') },
      },
    );
  });

  it('names the component, caches its files and gives up on one that does not start', () => {
    models().hasResourceProperties('AWS::SageMaker::InferenceComponent', {
      InferenceComponentName: 'openclaw-chat',
      RuntimeConfig: { CopyCount: 1 },
      Specification: {
        ComputeResourceRequirements: { NumberOfAcceleratorDevicesRequired: 1 },
        DataCacheConfig: { EnableCaching: true },
        StartupParameters: { ContainerStartupHealthCheckTimeoutInSeconds: 900 },
      },
    });
  });

  it('scales copies with the requests that they serve, from none', () => {
    const template = models({ maxCopies: 4, requestsPerCopy: 8, idleMinutes: 20 });
    template.hasResource('AWS::ApplicationAutoScaling::ScalableTarget', {
      Properties: { MinCapacity: 0, MaxCapacity: 4, ResourceId: 'inference-component/openclaw-chat' },
      DependsOn: [Match.stringLikeRegexp('Component')],
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 8, ScaleInCooldown: 1_200 },
    });
  });

  it('wakes the first copy at the first request that found none', () => {
    const template = models();
    const [wake] = Object.keys(
      template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy', {
        Properties: {
          StepScalingPolicyConfiguration: {
            AdjustmentType: 'ChangeInCapacity',
            StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
          },
        },
      }),
    );
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'NoCapacityInvocationFailures',
      Dimensions: [{ Name: 'InferenceComponentName', Value: 'openclaw-chat' }],
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: wake }],
    });
  });

  it('needs no wake-up where a copy always stays', () => {
    models({ minCopies: 1 }).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  it('encrypts the logs of a model, which the key allows', () => {
    const app = synthesize({ endpoints: { chat } });
    app.template('OpenClaw-Models').hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/sagemaker/InferenceComponents/openclaw-chat',
      KmsKeyId: Match.anyValue(),
    });
    const key = JSON.stringify(app.template('OpenClaw-Data').findResources('AWS::KMS::Key'));
    expect(key).toContain(':log-group:/aws/sagemaker/InferenceComponents/openclaw-chat*');
  });
});

describe('the role of a model', () => {
  it("reads the model's files and no others", () => {
    const found = permissions({ model: { s3Uri: 's3://models/qwen3/' } });
    expect(JSON.stringify(found.get('s3:GetObject')?.Resource)).toContain(':s3:::models/qwen3/*');
    expect(found.get('s3:ListBucket')?.Condition).toEqual({ StringLike: { 's3:prefix': 'qwen3/*' } });
  });

  it('decrypts them only with the key that is named', () => {
    expect(permissions().has('kms:Decrypt')).toBe(false);
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd';
    expect(permissions({ model: { s3Uri: 's3://models/m/', kmsKeyArn } }).get('kms:Decrypt')?.Resource).toBe(
      kmsKeyArn,
    );
  });

  it('reads no bucket for a model of the hub', () => {
    expect([...permissions({ model: { huggingFaceId: 'a/b' } }).keys()]).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:GetAuthorizationToken',
      'logs:CreateLogGroup',
      'cloudwatch:PutMetricData',
    ]);
  });

  it('pulls its own image only', () => {
    const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/vllm:1';
    expect(JSON.stringify(permissions({ image }).get('ecr:BatchCheckLayerAvailability')?.Resource)).toContain(
      ':ecr:eu-west-1:111122223333:repository/models/vllm',
    );
  });
});

describe('a provider that names the endpoint', () => {
  it('may call it and its component, by name, without a reference between the stacks', () => {
    const app = synthesize({
      endpoints: { chat },
      providers: { gpu: { kind: 'sagemaker', endpoint: 'chat' } },
      models: { small: { targets: [{ provider: 'gpu', model: 'qwen' }] } },
    });
    const policies = JSON.stringify(app.template('OpenClaw-Api').findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':endpoint/openclaw-chat');
    expect(policies).toContain(':inference-component/openclaw-chat');
    expect(JSON.stringify(app.template('OpenClaw-Api').toJSON())).not.toContain('OpenClaw-Models');
  });
});
