import { type EndpointConfiguration, endpointName } from './endpoints.ts';
import { type InstanceType, instanceTypes } from './instance-types.ts';
import { modelMemoryGib } from './model-memory.ts';

/** Something that would fail in AWS, and what to do about it. */
export interface EndpointProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html
const LONGEST_NAME = 63;

/**
 * Finds endpoints that cannot work: a deployment would learn it only after minutes of starting machines.
 *
 * @param deployment - the deployment's name
 */
export function findEndpointProblems(
  deployment: string,
  endpoints: Readonly<Record<string, EndpointConfiguration>>,
): EndpointProblem[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    [...nameProblems(deployment, key), ...copyProblems(endpoint), ...machineProblems(endpoint)].map(
      ({ path, message }) => ({ path: ['endpoints', key, ...path], message }),
    ),
  );
}

function* nameProblems(deployment: string, key: string): Generator<EndpointProblem> {
  const name = endpointName(deployment, key);
  if (name.length <= LONGEST_NAME && !/-$|--/.test(name)) return;
  yield name.length > LONGEST_NAME
    ? {
        path: [],
        message:
          `the inference component would be named "${name}", ${name.length} characters where SageMaker takes ` +
          `${LONGEST_NAME}; shorten the endpoint's name by ${name.length - LONGEST_NAME}`,
      }
    : { path: [], message: 'SageMaker takes no name with a hyphen at its end or two in a row' };
}

function* copyProblems({ minCopies, maxCopies }: EndpointConfiguration): Generator<EndpointProblem> {
  if (maxCopies >= minCopies) return;
  yield {
    path: ['maxCopies'],
    message: `${maxCopies} is less than minCopies, ${minCopies}; raise maxCopies or lower minCopies`,
  };
}

function* machineProblems(endpoint: EndpointConfiguration): Generator<EndpointProblem> {
  const type = instanceTypes.get(endpoint.instanceType);
  if (type === undefined) {
    yield {
      path: ['instanceType'],
      message: `there is no instance type "${endpoint.instanceType}" for models; known: ${[...instanceTypes.keys()].join(', ')}`,
    };
    return;
  }
  if (endpoint.acceleratorsPerCopy > type.accelerators) {
    yield {
      path: ['acceleratorsPerCopy'],
      message:
        `${type.name} has ${accelerators(type)}, fewer than ${endpoint.acceleratorsPerCopy}; ` +
        `use at most ${type.accelerators}, or a larger instance type`,
    };
    return;
  }
  if (type.accelerator === 'Inferentia2' && endpoint.image === undefined) {
    yield {
      path: ['image'],
      message: `${type.name} has no GPU, which the default image needs; name an image built for AWS Neuron`,
    };
  }
  if (type.accelerator === 'T4' && endpoint.precision === 'bf16') {
    yield {
      path: ['precision'],
      message: `the T4 of ${type.name} cannot compute with bf16; use fp16, or another instance type`,
    };
  }
  yield* memoryProblems(endpoint, type);
}

function* memoryProblems(endpoint: EndpointConfiguration, type: InstanceType): Generator<EndpointProblem> {
  const needed = modelMemoryGib(endpoint);
  const each = endpoint.acceleratorsPerCopy;
  const available = each * type.acceleratorMemoryGib;
  if (needed <= available) return;
  const { parametersBillions, precision, contextTokens } = endpoint;
  yield {
    path: ['instanceType'],
    message:
      `${parametersBillions} billion parameters in ${precision} and ${contextTokens.toLocaleString('en-US')} tokens of ` +
      `context need ${gib(needed)} of accelerator memory, and ${each} ${type.accelerator} of ${type.name} ` +
      `${each === 1 ? 'has' : 'have'} ${gib(available)}; ${remedy(type, needed)}`,
  };
}

function remedy(type: InstanceType, needed: number): string {
  const ways: string[] = [];
  const more = Math.ceil(needed / type.acceleratorMemoryGib);
  if (more <= type.accelerators)
    ways.push(`set acceleratorsPerCopy to ${powerOfTwo(more, type.accelerators)}`);
  const fitting = smallestThatFit(needed);
  if (fitting.length > 0) ways.push(`use ${fitting.join(' or ')}`);
  ways.push('choose a smaller precision or context');
  return ways.join(', or ');
}

/** vLLM spreads a model evenly over its attention heads, whose number is nearly always a multiple of a power of two. */
function powerOfTwo(least: number, most: number): number {
  return Math.min(most, 2 ** Math.ceil(Math.log2(least)));
}

/** The three types with the least accelerator memory that is enough, each with the accelerators that a copy needs. */
function smallestThatFit(needed: number): string[] {
  return [...instanceTypes.values()]
    .map((type) => ({ type, each: powerOfTwo(Math.ceil(needed / type.acceleratorMemoryGib), Infinity) }))
    .filter(({ type, each }) => each <= type.accelerators && type.accelerator !== 'Inferentia2')
    .sort(
      (one, other) => totalMemory(one.type) - totalMemory(other.type) || one.type.vcpus - other.type.vcpus,
    )
    .slice(0, 3)
    .map(({ type, each }) => (each === 1 ? type.name : `${type.name} (acceleratorsPerCopy: ${each})`));
}

function totalMemory(type: InstanceType): number {
  return type.accelerators * type.acceleratorMemoryGib;
}

function accelerators({ accelerators: number, accelerator }: InstanceType): string {
  return `${number} ${accelerator}`;
}

function gib(value: number): string {
  return `${value.toFixed(1)} GiB`;
}
