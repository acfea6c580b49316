import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/config/configuration-error.ts';
import { instanceTypes } from '../../../lib/config/instance-types.ts';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import { modelMemoryGib } from '../../../lib/config/model-memory.ts';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

type EndpointInput = NonNullable<ConfigurationInput['endpoints']>[string];

const chat: EndpointInput = {
  instanceType: 'ml.g6.2xlarge',
  model: { s3Uri: 's3://models/chat/' },
  parametersBillions: 7,
};

/** What is said against a configuration with one endpoint. */
function problems(changes: Partial<EndpointInput>, key = 'chat', name = 'openclaw') {
  try {
    parseConfiguration({ name, endpoints: { [key]: { ...chat, ...changes } } }, 'test.config.ts');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, expected }) => `${path}: ${expected}`);
  }
}

describe('memory of a model', () => {
  it.each([
    // weights × 1.2 + 131,072 bytes per token for a model of the size of Llama 3.1 8B
    ['8 billion, bf16, 8k', 8, 'bf16', 8_192, (8e9 * 2 * 1.2) / 2 ** 30 + 1],
    ['8 billion, int4, 8k', 8, 'int4', 8_192, (8e9 * 0.5 * 1.2) / 2 ** 30 + 1],
    ['8 billion, fp32, 32k', 8, 'fp32', 32_768, (8e9 * 4 * 1.2) / 2 ** 30 + 4],
    ['32 billion, fp8, 8k: twice the cache', 32, 'fp8', 8_192, (32e9 * 1.2) / 2 ** 30 + 2],
  ] as const)('%s', (_, parametersBillions, precision, contextTokens, expected) => {
    expect(modelMemoryGib({ parametersBillions, precision, contextTokens })).toBeCloseTo(expected, 6);
  });

  it('uses the size of the cache that is known', () => {
    const model = { parametersBillions: 8, precision: 'bf16', contextTokens: 1_024 } as const;
    expect(modelMemoryGib({ ...model, cacheBytesPerToken: 2 ** 20 })).toBeCloseTo(
      (8e9 * 2 * 1.2) / 2 ** 30 + 1,
    );
  });

  it('has an estimate for large models that is not below what Llama 3.1 70B needs', () => {
    const model = { parametersBillions: 70, precision: 'bf16', contextTokens: 131_072 } as const;
    expect(modelMemoryGib(model)).toBeGreaterThan(modelMemoryGib({ ...model, cacheBytesPerToken: 327_680 }));
  });
});

describe('an endpoint that works', () => {
  it.each<[string, Partial<EndpointInput>]>([
    ['on one accelerator', {}],
    ['over four', { instanceType: 'ml.g6.12xlarge', acceleratorsPerCopy: 4, parametersBillions: 30 }],
    ['from the hub', { model: { huggingFaceId: 'Qwen/Qwen3-8B', revision: 'main' }, precision: 'fp8' }],
    [
      'of 70 billion in fp8 on one H200',
      { instanceType: 'ml.p5en.48xlarge', parametersBillions: 70, precision: 'fp8' },
    ],
    ['that never sleeps', { minCopies: 2, maxCopies: 2 }],
  ])('%s is accepted', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  });
});

describe('an endpoint that cannot work is refused', () => {
  it.each<[string, Partial<EndpointInput>, string]>([
    [
      'too large a model',
      { parametersBillions: 70, instanceType: 'ml.g5.xlarge' },
      'endpoints.chat.instanceType: 70 billion parameters in bf16 and 8,192 tokens of context need 159.4 GiB of ' +
        'accelerator memory, and 1 A10G of ml.g5.xlarge has 22.4 GiB; use ml.g5.48xlarge (acceleratorsPerCopy: 8) or ' +
        'ml.g6.48xlarge (acceleratorsPerCopy: 8) or ml.g6e.12xlarge (acceleratorsPerCopy: 4), ' +
        'or choose a smaller precision or context',
    ],
    [
      'a model for more accelerators than a copy gets',
      { parametersBillions: 30, instanceType: 'ml.g6.12xlarge' },
      'endpoints.chat.instanceType: 30 billion parameters in bf16 and 8,192 tokens of context need 69.0 GiB of ' +
        'accelerator memory, and 1 L4 of ml.g6.12xlarge has 22.4 GiB; set acceleratorsPerCopy to 4, or use ' +
        'ml.g5.12xlarge (acceleratorsPerCopy: 4) or ml.g6.12xlarge (acceleratorsPerCopy: 4) or ' +
        'ml.g5.24xlarge (acceleratorsPerCopy: 4), or choose a smaller precision or context',
    ],
    [
      'a context without room for its cache',
      { contextTokens: 131_072 },
      'endpoints.chat.instanceType: 7 billion parameters in bf16 and 131,072 tokens of context need 30.6 GiB of ' +
        'accelerator memory, and 1 L4 of ml.g6.2xlarge has 22.4 GiB; use ml.g6e.xlarge or ml.g6e.2xlarge or ' +
        'ml.g6e.4xlarge, or choose a smaller precision or context',
    ],
    [
      'an instance type that there is not',
      { instanceType: 'ml.g6.3xlarge' },
      'endpoints.chat.instanceType: there is no instance type "ml.g6.3xlarge" for models; known: ml.g4dn.xlarge,',
    ],
    [
      'more accelerators than there are',
      { acceleratorsPerCopy: 2 },
      'endpoints.chat.acceleratorsPerCopy: ml.g6.2xlarge has 1 L4, fewer than 2; use at most 1, or a larger instance type',
    ],
    [
      'fewer copies at most than at least',
      { minCopies: 3, maxCopies: 2 },
      'endpoints.chat.maxCopies: 2 is less than minCopies, 3; raise maxCopies or lower minCopies',
    ],
    [
      'an accelerator that is no GPU under an image for GPUs',
      { instanceType: 'ml.inf2.xlarge' },
      'endpoints.chat.image: ml.inf2.xlarge has no GPU, which the default image needs; name an image built for AWS Neuron',
    ],
    [
      'bf16 on a GPU that lacks it',
      { instanceType: 'ml.g4dn.xlarge', parametersBillions: 3 },
      'endpoints.chat.precision: the T4 of ml.g4dn.xlarge cannot compute with bf16; use fp16, or another instance type',
    ],
  ])('%s', (_, changes, problem) => {
    const found = problems(changes);
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(0, problem.length)).toBe(problem);
  });

  it.each([
    ['openclaw', 'a'.repeat(54), true],
    ['openclaw', 'a'.repeat(55), false],
    ['n'.repeat(32), 'a'.repeat(30), true],
    ['n'.repeat(32), 'a'.repeat(31), false],
  ])('a name of the component over 63 characters: %s and %s', (name, key, isAccepted) => {
    const found = problems({}, key, name);
    if (isAccepted) expect(found).toEqual([]);
    else
      expect(found).toEqual([
        expect.stringMatching(/64 characters where SageMaker takes 63; shorten .* by 1/),
      ]);
  });

  it.each(['chat-', 'chat--one'])('a name that SageMaker does not take: %s', (key) => {
    expect(problems({}, key)).toEqual([
      expect.stringContaining('SageMaker takes no name with a hyphen at its end or two in a row'),
    ]);
  });
});

describe('the table of instance types', () => {
  it('has prices that grow with the machine within a family of equal accelerators', () => {
    const types = [...instanceTypes.values()];
    for (const { accelerator, accelerators, vcpus, usdPerHour = Infinity } of types) {
      const smaller = types.filter(
        (other) =>
          other.accelerator === accelerator && other.accelerators === accelerators && other.vcpus < vcpus,
      );
      for (const other of smaller) expect(other.usdPerHour ?? 0).toBeLessThan(usdPerHour);
    }
  });
});
