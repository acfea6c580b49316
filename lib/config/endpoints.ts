import { z } from 'zod';

const key = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens, starting with a letter');
const count = z.number().int();

const artefacts = z.strictObject({
  /** Folder with the model's files as Hugging Face lays them out, not compressed; ends in a slash. */
  s3Uri: z
    .string()
    .regex(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(?:[^\s*?]+\/)?$/,
      'name a folder as s3://bucket/folder/, ending in a slash',
    ),
  /** The key under which the bucket is encrypted, where it is one of the account's own. */
  kmsKeyArn: z
    .string()
    .regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "give the key's ARN")
    .optional(),
});

const hubModel = z.strictObject({
  /** A public model of the Hugging Face Hub, which the container downloads, so it is not isolated from the network. */
  huggingFaceId: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'name a model as organisation/model'),
  /** A branch, tag or commit. Name a commit to get the same files for ever. Default: the main branch. */
  revision: z
    .string()
    .regex(/^[\w./-]{1,128}$/, 'name a branch, tag or commit')
    .optional(),
});

const endpoint = z.strictObject({
  /** The machine, for example `ml.g6.2xlarge`. */
  instanceType: z.string(),
  /** Where the model comes from. A model that needs a licence to be accepted is to be put in S3. */
  model: z.union([artefacts, hubModel]),
  /** Serves the model: an image in ECR that speaks OpenAI's format. Default: AWS's vLLM image in the region. */
  image: z
    .string()
    .regex(
      /^\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.[a-z0-9.-]+\/[a-z0-9][\w./-]*(?::[\w.-]+|@sha256:[0-9a-f]{64})$/,
      'name an image in ECR with its tag or digest',
    )
    .optional(),
  /** More variables of the container. They are in the template, so no secret belongs here. */
  environment: z.record(z.string().regex(/^[a-zA-Z_]\w{0,1023}$/, 'name a variable'), z.string()).default({}),
  /** Size of the model: billions of parameters, all experts of a mixture included. */
  parametersBillions: z.number().positive(),
  /** How one parameter is stored. Default: bf16. */
  precision: z.enum(['fp32', 'fp16', 'bf16', 'fp8', 'int8', 'int4']).default('bf16'),
  /** Longest request and answer together. Default: 8,192. */
  contextTokens: count.positive().default(8_192),
  /** Bytes of attention cache per token. Default: estimated from the size, on the safe side. */
  cacheBytesPerToken: count.positive().optional(),
  /** Accelerators over which one copy is spread. Default: 1. */
  acceleratorsPerCopy: count.min(1).default(1),
  /** Copies that stay when nobody asks. 0 costs nothing while idle, and the first request waits. Default: 0. */
  minCopies: count.min(0).default(0),
  /** The most copies, and so the most that an hour costs. Default: 1. */
  maxCopies: count.min(1).default(1),
  /** Copies are added until each has about this many requests at once. Default: 5. */
  requestsPerCopy: z.number().positive().default(5),
  /** How long copies stay after the load that they were made for has gone. Default: 15 min. */
  idleMinutes: count.min(1).max(1_440).default(15),
});

/** Model endpoints on SageMaker that are part of the deployment, by name. */
export const endpoints = z.record(key, endpoint).default({});

/** An endpoint as configured, defaults filled in. */
export type EndpointConfiguration = z.output<typeof endpoint>;

/** The name of an endpoint and of its inference component. It is fixed, so that other stacks can name them. */
export function endpointName(deployment: string, endpoint: string): string {
  return `${deployment}-${endpoint}`;
}
