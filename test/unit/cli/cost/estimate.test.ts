import { describe, expect, it } from 'vitest';
import { estimateCost, formatEstimate } from '../../../../lib/cli/cost/index.ts';
import { parseConfiguration } from '../../../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../../../lib/config/schema.ts';
import type { ResourceDeclaration } from '../../../../lib/local/assembly/template.ts';

function estimate(
  resources: Record<string, ResourceDeclaration>,
  assumptions: Parameters<typeof estimateCost>[2] = {},
  input: ConfigurationInput = {},
) {
  const stacks = [{ name: 'Stack', template: { Resources: resources } }];
  return estimateCost(stacks, parseConfiguration(input, 'test.config.ts'), assumptions);
}

const api: Record<string, ResourceDeclaration> = {
  Api: { Type: 'AWS::ApiGateway::RestApi' },
  Handler: { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 1_024, Architectures: ['arm64'] } },
  Worker: { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 10_240 } },
  Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Handler' } } },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: { Principal: 'apigateway.amazonaws.com', FunctionName: { Ref: 'Live' } },
  },
};

function endpointConfig(InstanceType: string, MinInstanceCount: number, MaxInstanceCount: number) {
  const ManagedInstanceScaling = { MinInstanceCount, MaxInstanceCount };
  return {
    Type: 'AWS::SageMaker::EndpointConfig',
    Properties: { ProductionVariants: [{ InstanceType, ManagedInstanceScaling }] },
  };
}

describe('what is billed by the hour', () => {
  it('has the network, which is idle cost too', async () => {
    const { hourly, idle } = await estimate({
      Nat: { Type: 'AWS::EC2::NatGateway' },
      Firewall: {
        Type: 'AWS::NetworkFirewall::Firewall',
        Properties: { SubnetMappings: [{ SubnetId: 's' }] },
      },
      Key: { Type: 'AWS::KMS::Key' },
    });
    expect(hourly).toMatchObject({ networkUsdPerHour: 0.44, maxUsdPerHour: 0 });
    expect(idle.usdPerMonth).toBeCloseTo(0.44 * 730 + 1);
  });
});

describe('the cost of a million requests', () => {
  it('is that of the function behind the API, for its memory and the time that it waits', async () => {
    const { perMillionRequests } = await estimate(api, { billedMs: 2_000 });
    const lambda = perMillionRequests.services.filter(({ service }) => service.startsWith('Lambda'));
    expect(lambda.map(({ usd }) => usd)).toEqual([0.2, expect.closeTo(1e6 * 2 * 0.0000133334, 6)]);
  });

  it('has what the templates have and nothing else', async () => {
    const names = async (resources: Record<string, ResourceDeclaration>) =>
      (await estimate(resources)).perMillionRequests.services.map(({ service }) => service);
    expect(await names({})).toEqual(['Data to the internet']);
    expect(
      await names({ Firewall: { Type: 'AWS::WAFv2::WebACL' }, Api: { Type: 'AWS::ApiGateway::RestApi' } }),
    ).toEqual(['WAF', 'API Gateway', 'Data to the internet']);
  });

  it('counts a record by the kilobyte', async () => {
    const table = { Table: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'PAY_PER_REQUEST' } } };
    const writes = async (recordBytes: number) => {
      const { perMillionRequests } = await estimate(table, { recordBytes, limitWritesPerRequest: 0 });
      return perMillionRequests.services.find(({ service }) => service === 'DynamoDB, writes')?.usd;
    };
    expect(await writes(1_024)).toBeCloseTo(2 * 0.625);
    expect(await writes(1_025)).toBeCloseTo(4 * 0.625);
  });

  it('adds up with what is paid while idle to a month', async () => {
    const resources = { ...api, Key12AB34CD: { Type: 'AWS::KMS::Key' } };
    const { idle, perMillionRequests, usdPerMonth } = await estimate(resources, {
      requestsPerMonth: 3_000_000,
    });
    expect(idle.usdPerMonth).toBe(1);
    expect(usdPerMonth).toBeCloseTo(1 + 3 * perMillionRequests.usd);
  });
});

describe('what is billed by the hour', () => {
  it('has its maximum, and costs nothing idle where it scales to none', async () => {
    const { hourly, idle } = await estimate({ Config: endpointConfig('ml.g6.2xlarge', 0, 3) });
    expect(hourly).toMatchObject({ isIncomplete: false, maxUsdPerHour: expect.closeTo(3 * 1.222) });
    expect(idle.resources).toEqual([]);
  });

  it('is paid idle where machines stay', async () => {
    const { idle } = await estimate({ Config: endpointConfig('ml.g6.2xlarge', 2, 3) });
    expect(idle.usdPerMonth).toBeCloseTo(2 * 1.222 * 730);
  });

  it('says where it does not know the price of a machine', async () => {
    const found = await estimate({ Config: endpointConfig('ml.p5en.48xlarge', 0, 1) });
    expect(found.hourly).toMatchObject({ isIncomplete: true, maxUsdPerHour: 0 });
    expect(found.hourly.resources[0]).toMatchObject({ maxUsdPerHour: null });
    expect(found.notPriced).toMatchObject([{ reason: 'no price of ml.p5en.48xlarge was found' }]);
    expect(formatEstimate(found)).toContain('up to $0.00 an hour, and machines without a known price');
  });
});

describe('what is not priced', () => {
  it('is named', async () => {
    const found = await estimate({ Cluster0A1B2C3D: { Type: 'AWS::EKS::Cluster' } });
    expect(found.notPriced).toEqual([
      {
        stack: 'Stack',
        resource: 'Cluster',
        type: 'AWS::EKS::Cluster',
        reason: 'this cost model does not know AWS::EKS::Cluster',
      },
    ]);
    expect(formatEstimate(found)).toContain('Not priced');
  });
});

describe('the cost of models', () => {
  const providers: ConfigurationInput['providers'] = {
    hosted: { kind: 'openai' },
    own: { kind: 'sagemaker', endpoint: 'chat' },
    other: { kind: 'sagemaker', endpoint: 'elsewhere' },
  };
  const endpoints: ConfigurationInput['endpoints'] = {
    chat: { instanceType: 'ml.g6.xlarge', model: { huggingFaceId: 'a/b' }, parametersBillions: 1 },
  };

  async function modelCost(
    provider: string,
    price?: { inputPerMillionUsd: number; outputPerMillionUsd: number },
  ) {
    const target = { provider, model: 'm', ...(price && { price }) };
    const { models } = await estimate(
      {},
      { inputTokens: 1_000, outputTokens: 100 },
      { providers, endpoints, models: { alias: { targets: [target] } } },
    );
    return models[0];
  }

  it('is by token, by the hour, or unknown', async () => {
    const price = { inputPerMillionUsd: 2, outputPerMillionUsd: 10 };
    expect(await modelCost('hosted', price)).toMatchObject({ usdPerMillionRequests: 3_000 });
    expect(await modelCost('own')).toMatchObject({ usdPerMillionRequests: null, isBilledByHour: true });
    expect(await modelCost('other')).toMatchObject({ usdPerMillionRequests: null, isBilledByHour: false });
  });
});
