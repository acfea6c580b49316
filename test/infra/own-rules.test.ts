import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
import { beforeAll, describe, expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { instanceTypes } from '../../lib/config/instance-types.ts';
import { addOwnRules } from '../../lib/constructs/own-rules.ts';
import { temporaryFolder } from './synthesize.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

/** A template that a rule is about, and what the rule says of it: the logical ids that break it. */
interface Case {
  readonly rule: string;
  readonly breaks: string;
  readonly resources: Record<string, Resource>;
  readonly broken: readonly string[];
}

const getAtt = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

function endpointConfig(
  properties: Record<string, unknown>,
  variant: Record<string, unknown> = {},
): Resource {
  return {
    Type: 'AWS::SageMaker::EndpointConfig',
    Properties: {
      KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      EnableNetworkIsolation: true,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          InstanceType: 'ml.m5.large',
          ModelName: 'model',
          ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 1 },
          ...variant,
        },
      ],
      ...properties,
    },
  };
}

const component: Resource = {
  Type: 'AWS::SageMaker::InferenceComponent',
  Properties: { EndpointName: 'chat', InferenceComponentName: 'chat', Specification: { ModelName: 'model' } },
};

function alarm(
  component: string,
  actions: unknown[] = ['arn:aws:sns:eu-west-1:111122223333:topic'],
): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      Threshold: 1,
      Period: 60,
      Statistic: 'Sum',
      Namespace: 'AWS/SageMaker',
      MetricName: 'NoCapacityInvocationFailures',
      Dimensions: [{ Name: 'InferenceComponentName', Value: component }],
      AlarmActions: actions,
    },
  };
}

function handler(variables: Record<string, unknown>): Resource {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'b', S3Key: 'k' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::111122223333:role/r',
      Environment: { Variables: variables },
    },
  };
}

function method(properties: Record<string, unknown>): Resource {
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'ANY',
      ResourceId: 'resource',
      RestApiId: 'api',
      AuthorizationType: 'NONE',
      ...properties,
    },
  };
}

const proxyToAlias = {
  Integration: {
    Type: 'AWS_PROXY',
    IntegrationHttpMethod: 'POST',
    Uri: { 'Fn::Join': ['', ['arn:aws:apigateway:path/', { Ref: 'Alias' }, '/invocations']] },
  },
};

const alias: Resource = {
  Type: 'AWS::Lambda::Alias',
  Properties: { FunctionName: { Ref: 'Handler' }, FunctionVersion: '1', Name: 'live' },
};

function policy(statement: Record<string, unknown>): Resource {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
      },
    },
  };
}

function tlsPolicy(queue: string): Resource {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Action: 'sqs:*',
            Principal: '*',
            Resource: getAtt(queue),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}

const cases: readonly Case[] = [
  {
    rule: 'OpenClaw-SageMaker-Encrypted',
    breaks: 'an endpoint whose volumes have no key, on machines that take one',
    resources: {
      Encrypted: endpointConfig({}),
      OwnDisks: endpointConfig({ KmsKeyId: undefined }, { InstanceType: 'ml.g6.xlarge' }),
      Open: endpointConfig({ KmsKeyId: undefined }),
    },
    broken: ['Open'],
  },
  {
    rule: 'OpenClaw-SageMaker-Isolated',
    breaks: 'an endpoint whose containers reach the internet',
    resources: {
      Isolated: endpointConfig({}),
      InVpc: endpointConfig({
        EnableNetworkIsolation: false,
        VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      }),
      Open: endpointConfig({ EnableNetworkIsolation: false }),
    },
    broken: ['Open'],
  },
  {
    rule: 'OpenClaw-SageMaker-ScaledToZero',
    breaks: 'an endpoint that never goes away',
    resources: {
      FromZero: endpointConfig({}),
      FromOne: endpointConfig(
        {},
        { ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 1 } },
      ),
      Unscaled: endpointConfig({}, { ManagedInstanceScaling: undefined, InitialInstanceCount: 1 }),
    },
    broken: ['FromOne', 'Unscaled'],
  },
  {
    rule: 'OpenClaw-SageMaker-Alarmed',
    breaks: 'a component that no request wakes',
    resources: { Component: component, OtherAlarm: alarm('other'), Silent: alarm('chat', []) },
    broken: ['Component'],
  },
  {
    rule: 'OpenClaw-S3Vectors-Encrypted',
    breaks: 'vectors without a KMS key',
    resources: {
      Encrypted: {
        Type: 'AWS::S3Vectors::VectorBucket',
        Properties: {
          EncryptionConfiguration: {
            SseType: 'aws:kms',
            KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
          },
        },
      },
      Open: { Type: 'AWS::S3Vectors::VectorBucket' },
      OpenIndex: {
        Type: 'AWS::S3Vectors::Index',
        Properties: {
          VectorBucketName: 'bucket',
          DataType: 'float32',
          Dimension: 8,
          DistanceMetric: 'cosine',
          EncryptionConfiguration: { SseType: 'AES256' },
        },
      },
    },
    broken: ['Open', 'OpenIndex'],
  },
  {
    rule: 'OpenClaw-Public-Route',
    breaks: 'a route that anyone may call',
    resources: {
      Handler: handler({ API_KEYS_TABLE: { Ref: 'Alias' } }),
      Alias: alias,
      ToFunction: method(proxyToAlias),
      Signed: method({ AuthorizationType: 'AWS_IAM', Integration: { Type: 'MOCK' } }),
      Preflight: method({ HttpMethod: 'OPTIONS', Integration: { Type: 'MOCK' } }),
      Mock: method({ HttpMethod: 'GET', Integration: { Type: 'MOCK' } }),
      Elsewhere: method({
        Integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'ANY', Uri: 'https://example.com' },
      }),
      HttpApiRoute: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: 'api', RouteKey: '$default' } },
    },
    broken: ['Elsewhere', 'HttpApiRoute', 'Mock'],
  },
  {
    rule: 'OpenClaw-Public-Route',
    breaks: 'a route to a function that knows no API keys',
    resources: { Handler: handler({}), Alias: alias, ToFunction: method(proxyToAlias) },
    broken: ['ToFunction'],
  },
  {
    rule: 'OpenClaw-Private-Policy',
    breaks: 'a private API without a policy',
    resources: {
      Private: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'a', EndpointConfiguration: { Types: ['PRIVATE'] } },
      },
      Regional: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'b', EndpointConfiguration: { Types: ['REGIONAL'] } },
      },
    },
    broken: ['Private'],
  },
  {
    rule: 'OpenClaw-Public-Url',
    breaks: 'a function URL that anyone may call',
    resources: {
      Open: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE', TargetFunctionArn: 'f' } },
      Signed: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'AWS_IAM', TargetFunctionArn: 'f' } },
    },
    broken: ['Open'],
  },
  {
    rule: 'OpenClaw-Iam-Action',
    breaks: 'a permission for every operation',
    resources: {
      Exact: policy({ Action: ['dynamodb:GetItem', 'kms:GenerateDataKey*'] }),
      Everything: policy({ Action: '*' }),
      EveryOfOne: policy({ Action: ['s3:GetObject', 's3:*'] }),
      AllBut: policy({ NotAction: 'iam:CreateUser' }),
      Inline: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
          Policies: [
            {
              PolicyName: 'all',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
              },
            },
          ],
        },
      },
      Denial: policy({ Effect: 'Deny', Action: '*' }),
    },
    broken: ['AllBut', 'EveryOfOne', 'Everything', 'Inline'],
  },
  {
    rule: 'OpenClaw-Secret-Variable',
    breaks: 'a secret in a variable of a function',
    resources: {
      Fine: handler({
        PROVIDER_KEYS_SECRET: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s',
        API_KEY_PEPPER_SECRET: { Ref: 'Bucket' },
        ENVIRONMENT: 'dev',
      }),
      Bucket: { Type: 'AWS::S3::Bucket' },
      ByName: handler({ UPSTREAM_API_KEY: 'hunter2' }),
      ByValue: handler({ UPSTREAM: 'sk-proj-0123456789abcdefghij' }),
      Resolved: handler({ UPSTREAM: '{{resolve:secretsmanager:s:SecretString:key}}' }),
    },
    broken: ['ByName', 'ByValue', 'Resolved'],
  },
  {
    rule: 'OpenClaw-Queue-DeadLetters',
    breaks: 'a queue whose failed messages come back for ever',
    resources: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { RedrivePolicy: { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 3 } },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
      Alone: { Type: 'AWS::SQS::Queue' },
    },
    broken: ['Alone'],
  },
  {
    rule: 'OpenClaw-Queue-Tls',
    breaks: 'a queue that takes calls without TLS',
    resources: {
      Queue: { Type: 'AWS::SQS::Queue' },
      Policy: tlsPolicy('Queue'),
      Open: { Type: 'AWS::SQS::Queue' },
    },
    broken: ['Open'],
  },
];

interface Violation {
  readonly ruleName: string;
  readonly severity: string;
  readonly violatingConstructs: readonly {
    readonly resourceLogicalId?: string;
    readonly constructPath?: string;
  }[];
}

/** What the own rules find in each stack of an app: `rule logicalId`. All stacks in one app, as an engine starts slowly. */
function findings(stacks: Record<string, Record<string, Resource>>): Map<string, string[]> {
  const outdir = temporaryFolder();
  const app = new App({ outdir, context: cdk.context, analyticsReporting: false, treeMetadata: false });
  for (const [name, resources] of Object.entries(stacks)) {
    const stack = new Stack(app, name);
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      const resource = new CfnResource(stack, id, { type: Type, properties: Properties ?? {} });
      resource.overrideLogicalId(id);
    }
  }
  addOwnRules(app);
  try {
    app.synth();
  } catch (error) {
    // It throws for what it found, and has written the report by then.
    if (!(error instanceof Error) || error.name !== 'ValidationFailed') throw error;
  }
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  const violations: Violation[] = report.pluginReports.flatMap(
    (plugin: { violations: Violation[] }) => plugin.violations,
  );
  const found = new Map<string, string[]>(Object.keys(stacks).map((name) => [name, []]));
  for (const { ruleName, severity, violatingConstructs } of violations) {
    if (!ruleName.includes('OpenClaw-')) continue;
    expect(severity).toBe('error');
    for (const { constructPath = '' } of violatingConstructs) {
      const [stack = '', id] = constructPath.split('/');
      found.get(stack)?.push(`${ruleName} ${id}`);
    }
  }
  return found;
}

describe('the own rules', () => {
  const families = [
    ...new Map([...instanceTypes.values()].map((type) => [type.name.split('.')[1], type])).values(),
  ];
  let found: Map<string, string[]>;

  beforeAll(() => {
    const stacks = cases.map(({ resources }, index) => [`Case${index}`, resources] as const);
    const machines = families.map((type, index) => [
      `Machine${index}`,
      endpointConfig({ KmsKeyId: undefined }, { InstanceType: type.name }),
    ]);
    found = findings({ ...Object.fromEntries(stacks), Machines: Object.fromEntries(machines) });
  });

  it.each(cases.map((one, index) => ({ ...one, index })))(
    '$rule finds $breaks',
    ({ rule, broken, index }) => {
      const ofRule = (found.get(`Case${index}`) ?? []).filter((finding) => finding.includes(rule));
      expect(ofRule.sort()).toEqual(broken.map((id) => `${rule} ${id}`));
    },
  );

  it('know which machines take no key', () => {
    const taking = families.flatMap((type, index) => (type.hasLocalStorage ? [] : [`Machine${index}`]));
    const without = (found.get('Machines') ?? []).filter((finding) => finding.includes('Encrypted'));
    expect(without.map((finding) => finding.split(' ')[1])).toEqual(taking);
  });
});
