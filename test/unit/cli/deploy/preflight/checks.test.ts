import { describe, expect, it } from 'vitest';
import type { DeploymentPlan } from '../../../../../lib/cli/deploy/deployment-plan.ts';
import { apiGatewayLogs } from '../../../../../lib/cli/deploy/preflight/api-gateway-logs.ts';
import { bedrockModels } from '../../../../../lib/cli/deploy/preflight/bedrock-models.ts';
import { bootstrap } from '../../../../../lib/cli/deploy/preflight/bootstrap.ts';
import type { Check } from '../../../../../lib/cli/deploy/preflight/check.ts';
import { functionConcurrency } from '../../../../../lib/cli/deploy/preflight/function-concurrency.ts';
import { instanceQuotas } from '../../../../../lib/cli/deploy/preflight/instance-quotas.ts';
import { regionServices } from '../../../../../lib/cli/deploy/preflight/region-services.ts';
import { sageMakerEndpoints } from '../../../../../lib/cli/deploy/preflight/sagemaker-endpoints.ts';
import { stackStates } from '../../../../../lib/cli/deploy/preflight/stack-states.ts';
import { awsError, type FakeAnswers, queryError, startFakeAws } from '../../../../support/fake-aws.ts';
import { makePlan } from '../support/make-plan.ts';

/** What a check finds, as `status: message`, in an account that answers so. */
async function find(check: Check, plan: DeploymentPlan, answers: FakeAnswers): Promise<string[]> {
  await startFakeAws(answers);
  const context = { plan, region: 'eu-west-1', signal: AbortSignal.timeout(5_000) };
  return (await check.run(context)).map(({ status, message }) => `${status}: ${message}`);
}

const parameter = (value: string) => ({ json: { Parameter: { Value: value } } });
const quota = (value: number) => ({ json: { Quota: { Value: value } } });
const namedQuotas = (quotas: Readonly<Record<string, number>>) => ({
  json: { Quotas: Object.entries(quotas).map(([QuotaName, Value]) => ({ QuotaName, Value })) },
});
const stack = (status: string) => ({
  xml: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>OpenClaw-Api</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-11-01T00:00:00Z</CreationTime></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
});
const noStack = queryError('ValidationError', 'Stack with id OpenClaw-Api does not exist');

describe('the bootstrap check', () => {
  it.each([
    ['is fine where the version is enough', parameter('21'), 'ok: version 21, 6 is needed'],
    ['fails where it is too old', parameter('5'), 'failure: the bootstrap stack has version 5; 6 is needed'],
    [
      'fails where there is none',
      awsError('ParameterNotFound', 'no'),
      'failure: the CDK is not bootstrapped in eu-west-1',
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await find(bootstrap, makePlan(), { 'ssm GetParameter': answer })).toEqual([expected]);
  });
});

describe('the check of the stacks', () => {
  it.each([
    ['is fine for a new one', noStack, 'ok: OpenClaw-Api is new'],
    ['is fine for one that stands', stack('UPDATE_COMPLETE'), 'ok: OpenClaw-Api is in UPDATE_COMPLETE'],
    ['is fine for one never executed', stack('REVIEW_IN_PROGRESS'), 'ok: OpenClaw-Api is new'],
    ['fails for one at work', stack('UPDATE_IN_PROGRESS'), 'failure: OpenClaw-Api is in UPDATE_IN_PROGRESS'],
    [
      'fails for one stuck',
      stack('UPDATE_ROLLBACK_FAILED'),
      'failure: OpenClaw-Api is in UPDATE_ROLLBACK_FAILED',
    ],
    ['fails for one half deleted', stack('DELETE_FAILED'), 'failure: OpenClaw-Api is in DELETE_FAILED'],
  ])('%s', async (_, answer, expected) => {
    expect(await find(stackStates, makePlan(), { 'cloudformation DescribeStacks': answer })).toEqual([
      expected,
    ]);
  });
});

describe("the check of the region's services", () => {
  const plan = makePlan(
    { Table: { Type: 'AWS::DynamoDB::Table' }, Function: { Type: 'AWS::Lambda::Function' } },
    {
      providers: { claude: { kind: 'bedrock' } },
      models: { a: { targets: [{ provider: 'claude', model: 'm' }] } },
    },
  );
  const services = (...names: string[]) => ({ json: { Parameters: names.map((Value) => ({ Value })) } });

  it.each([
    [
      'is fine where it has all',
      services('lambda', 'dynamodb', 'bedrock'),
      'ok: eu-west-1 has all that are used',
    ],
    [
      'warns of one that is missing',
      services('lambda', 'dynamodb'),
      'warning: eu-west-1 is not listed as having bedrock',
    ],
    [
      'fails for a region that AWS does not know',
      services(),
      'failure: AWS lists no services for a region eu-west-1',
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await find(regionServices, plan, { 'ssm GetParametersByPath': answer })).toEqual([expected]);
  });
});

describe("the check of API Gateway's log role", () => {
  const stage = { Type: 'AWS::ApiGateway::Stage', Properties: { AccessLogSetting: {} } };
  const account = { Type: 'AWS::ApiGateway::Account' };
  const role = 'arn:aws:iam::111122223333:role/old';

  it.each([
    [
      'fails where none is set and no stack sets one',
      { stage },
      {},
      noStack,
      'failure: the account has none',
    ],
    ['is fine where one is set', { stage }, { cloudwatchRoleArn: role }, noStack, 'ok: the account has one'],
    [
      'is fine where a stack sets one',
      { stage, account },
      {},
      noStack,
      'ok: the account has none; the deployment sets',
    ],
    [
      'warns where a first deployment replaces one',
      { stage, account },
      { cloudwatchRoleArn: role },
      noStack,
      `warning: the account has one already (${role})`,
    ],
    [
      'is fine where an earlier deployment set it',
      { stage, account },
      { cloudwatchRoleArn: role },
      stack('CREATE_COMPLETE'),
      'ok: the account has one',
    ],
  ])('%s', async (_, resources, json, stacks, expected) => {
    const [found] = await find(apiGatewayLogs, makePlan(resources), {
      'apigateway GET /account': { json },
      'cloudformation DescribeStacks': stacks,
    });
    expect(found).toContain(expected);
  });

  it('has nothing to say where no stage writes a log', async () => {
    expect(await find(apiGatewayLogs, makePlan(), {})).toEqual([]);
  });
});

describe('the check of concurrent executions', () => {
  const reserving = (count: number) =>
    makePlan({
      Function: { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: count } },
    });

  it.each([
    ['is fine with the usual quota', 0, 1_000, 'ok: the account may have 1000'],
    [
      'warns of the quota of a new account',
      0,
      10,
      'warning: the account may have 10: as many requests at a time',
    ],
    ['fails where more is reserved than may be', 50, 100, 'failure: the functions reserve 50 of 100'],
  ])('%s', async (_, reserved, value, expected) => {
    const [found] = await find(functionConcurrency, reserving(reserved), {
      'servicequotas GetServiceQuota': quota(value),
    });
    expect(found).toContain(expected);
  });
});

describe('the check of GPU instances', () => {
  const plan = makePlan({
    Pool: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: {
        ProductionVariants: [
          {
            InstanceType: 'ml.g6.xlarge',
            InitialInstanceCount: 1,
            ManagedInstanceScaling: { MinInstanceCount: 0, MaxInstanceCount: 3 },
          },
        ],
      },
    },
  });
  const name = 'ml.g6.xlarge for endpoint usage';

  it.each([
    [
      'is fine where the quota is enough',
      { [name]: 4 },
      {},
      'ok: up to 3 × ml.g6.xlarge are used, the account may have 4',
    ],
    [
      'fails where it is not',
      { [name]: 1 },
      { [name]: 9 },
      'failure: up to 3 × ml.g6.xlarge are used, the account may have 1',
    ],
    [
      "takes AWS's default for one never changed",
      {},
      { [name]: 0 },
      'failure: up to 3 × ml.g6.xlarge are used, the account may have 0',
    ],
    [
      'warns of an instance that has none',
      {},
      {},
      'warning: no quota is known for ml.g6.xlarge: the region may lack it',
    ],
  ])('%s', async (_, own, defaults, expected) => {
    expect(
      await find(instanceQuotas, plan, {
        'servicequotas ListServiceQuotas': namedQuotas(own),
        'servicequotas ListAWSDefaultServiceQuotas': namedQuotas(defaults),
      }),
    ).toEqual([expected]);
  });
});

describe('the check of SageMaker endpoints', () => {
  const plan = makePlan(
    {},
    { providers: { gpu: { kind: 'sagemaker', endpoint: 'qwen', region: 'eu-west-3' } }, models: {} },
  );

  it.each([
    ['is fine for one in service', { json: { EndpointStatus: 'InService' } }, 'ok: qwen is in service'],
    [
      'warns of one that is not, with the reason',
      { json: { EndpointStatus: 'Failed', FailureReason: 'no capacity' } },
      'warning: qwen, which the provider "gpu" calls, is Failed: no capacity',
    ],
    [
      'warns of one that is missing, naming its region',
      awsError('ValidationException', 'Could not find endpoint "qwen".'),
      'warning: there is no endpoint qwen in eu-west-3, which the provider "gpu" calls',
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await find(sageMakerEndpoints, plan, { 'sagemaker DescribeEndpoint': answer })).toEqual([
      expected,
    ]);
  });
});

describe('the check of Bedrock models', () => {
  const using = (model: string) =>
    makePlan(
      {},
      {
        providers: { claude: { kind: 'bedrock' } },
        models: { a: { targets: [{ provider: 'claude', model }] } },
      },
    );
  const availability = (changed: object) => ({
    json: {
      modelId: 'm',
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
      ...changed,
    },
  });
  const path = 'bedrock GET /foundation-model-availability/amazon.nova';

  it.each([
    ['is fine for a model that may be called', availability({}), 'ok: amazon.nova is available'],
    [
      'warns where the agreement is missing',
      availability({ agreementAvailability: { status: 'NOT_AVAILABLE' } }),
      'warning: the account has no access to amazon.nova',
    ],
    [
      'warns where the region lacks it',
      availability({ regionAvailability: 'NOT_AVAILABLE' }),
      'warning: Bedrock has no model amazon.nova in eu-west-1',
    ],
    [
      'warns of a model that does not exist',
      awsError('ValidationException', 'The provided model identifier is invalid.'),
      'warning: Bedrock has no model amazon.nova in eu-west-1',
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await find(bedrockModels, using('amazon.nova'), { [path]: answer })).toEqual([expected]);
  });

  it('looks for the profile of a model over several regions', async () => {
    const answers = { 'bedrock GET /inference-profiles/eu.amazon.nova': { json: { status: 'ACTIVE' } } };
    expect(await find(bedrockModels, using('eu.amazon.nova'), answers)).toEqual([
      'ok: the inference profile eu.amazon.nova is active',
    ]);
    expect(
      await find(bedrockModels, using('eu.amazon.none'), {
        'bedrock GET /inference-profiles/eu.amazon.none': awsError('ResourceNotFoundException', 'no', 404),
      }),
    ).toEqual(['warning: there is no active inference profile eu.amazon.none in eu-west-1']);
  });
});
