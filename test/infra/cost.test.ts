import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateCost, formatEstimate } from '../../lib/cli/cost/index.ts';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { readAssembly } from '../../lib/local/assembly/read-assembly.ts';
import { configurationNames, configurations } from './configurations.ts';
import { synthesize } from './synthesize.ts';

/** The example of docs/reference/cost.md. */
const withEndpoint: ConfigurationInput = {
  providers: { gpu: { kind: 'sagemaker', endpoint: 'chat' } },
  endpoints: {
    chat: {
      instanceType: 'ml.g6.2xlarge',
      model: { s3Uri: 's3://models/chat/' },
      parametersBillions: 7,
      maxCopies: 2,
    },
  },
  models: { chat: { targets: [{ provider: 'gpu', model: 'chat' }] } },
};

async function estimate(input: ConfigurationInput) {
  const { stacks } = await readAssembly(synthesize(input).outdir);
  return estimateCost(stacks, parseConfiguration(input, 'test.config.ts'));
}

describe('the smallest deployment', () => {
  it('costs at most 5 dollars a month while idle, its key rotated as often as it can cost', async () => {
    const { idle, hourly } = await estimate({});
    const keys = idle.resources.filter(({ type }) => type === 'AWS::KMS::Key').length;
    expect(idle.usdPerMonth + 2 * keys).toBeLessThanOrEqual(5);
    expect(hourly.resources).toEqual([]);
  });
});

describe('a deployment with an endpoint', () => {
  it('pays for machines by the hour alone, up to their most', async () => {
    const { hourly } = await estimate(withEndpoint);
    expect(hourly.resources).toMatchObject([{ minInstances: 0, maxInstances: 2, minUsdPerHour: 0 }]);
    expect(hourly.maxUsdPerHour).toBeCloseTo(2 * 1.222);
  });
});

describe.each(configurationNames)('the cost of the configuration %s', (name) => {
  it('knows every type of resource', async () => {
    const { notPriced } = await estimate(configurations[name]);
    expect(notPriced.filter(({ reason }) => reason.startsWith('this cost model'))).toEqual([]);
  });
});

describe.each([
  ['the smallest', {}],
  ['one with an endpoint', withEndpoint],
])('the cost of %s deployment', (_, input) => {
  it('leaves no resource without a price', async () => {
    expect((await estimate(input)).notPriced).toEqual([]);
  });

  it('is in docs/reference/cost.md as the command prints it', async () => {
    const page = readFileSync('docs/reference/cost.md', 'utf8');
    expect(page, 'paste what `openclaw cost` prints into docs/reference/cost.md').toContain(
      formatEstimate(await estimate(input)),
    );
  });
});
