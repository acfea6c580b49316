import { z } from 'zod';
import { findEndpointProblems } from './check-endpoints.ts';
import { findNetworkProblems } from './check-network.ts';
import { findPartitionProblems } from './check-partition.ts';
import { findResidencyProblems } from './check-residency.ts';
import { findSignInProblems } from './check-sign-in.ts';
import { deployedEndpoint, resolveDeployedEndpoints } from './deployed-endpoints.ts';
import { domain } from './domain.ts';
import { endpoints } from './endpoints.ts';
import { network } from './network.ts';
import { region } from './regions.ts';
import { regionName, residency } from './residency.ts';
import { alarms, rollout } from './rollout.ts';
import { signIn } from './sign-in.ts';
import { tenants } from './tenants.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens, starting with a letter');
const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'name the key as an environment variable, for example UPSTREAM_OPENAI_API_KEY');
const milliseconds = z.number().int().positive();
const usd = z.number().nonnegative();

/** A price per million tokens. */
const tokenPrice = z.strictObject({
  /** US dollars per million input tokens. */
  inputPerMillionUsd: usd,
  /** US dollars per million output tokens. */
  outputPerMillionUsd: usd,
  /** US dollars per million input tokens read from a prompt cache. Default: the input price. */
  cachedInputPerMillionUsd: usd.optional(),
});

/** A price per hour of the machine that serves the model, shared by the requests that it serves at once. */
const gpuHourPrice = z.strictObject({
  /** US dollars per hour of the whole instance. */
  gpuHourUsd: usd,
  /** How many requests the instance serves at the same time; a request pays its share. Default: 1. */
  concurrency: z.number().int().positive().default(1),
});

const price = z.union([tokenPrice, gpuHourPrice]);

/**
 * Where a hosted provider processes what it is sent, as its contract says. Needed with `residency`. Default: not said.
 */
const dataRegion = regionName.optional();

/** Names of the keys of a provider, tried in order. Their values come from the provider-keys secret. */
const apiKeys = z.array(secretName).max(10).default([]);

const openaiProvider = z.strictObject({
  kind: z.literal('openai'),
  /** Base URL of any OpenAI-compatible API, `/v1` included where the API has it. */
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
  apiKeys,
  dataRegion,
  /** The provider's id in the price table of genai-prices (`openai`, `groq`, …). Default: found by the base URL. */
  priceCatalogue: z.string().optional(),
  /**
   * The parameter by which the API takes a limit of output tokens. Default: `max_completion_tokens` for OpenAI and
   * Azure, `max_tokens`, which all others know, elsewhere.
   */
  outputLimitParameter: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
});

const sagemakerProvider = z.strictObject({
  kind: z.literal('sagemaker'),
  /** A key of `endpoints`, or the name of an endpoint that is not part of the deployment. */
  endpoint: z.string().min(1).max(63),
  /** Name of the inference component, for an endpoint that hosts several. */
  inferenceComponent: z.string().min(1).max(63).optional(),
  /** `openai`: the endpoint's own `/openai/v1` API; `invoke`: InvokeEndpoint with an OpenAI-shaped body. */
  protocol: z.enum(['openai', 'invoke']).default('openai'),
  /** The endpoint's region. Default: the deployment's. */
  region: region.optional(),
  /** Overrides the service's URL, for a private endpoint or a test. */
  endpointUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const anthropicProvider = z.strictObject({
  kind: z.literal('anthropic'),
  apiKeys,
  dataRegion,
  /** Default: Anthropic's own API. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const googleProvider = z.strictObject({
  kind: z.literal('google'),
  apiKeys,
  dataRegion,
  /** Default: Google's Gemini API. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const bedrockProvider = z.strictObject({
  kind: z.literal('bedrock'),
  /** Default: the deployment's region. Access is by the function's role. */
  region: region.optional(),
  /** Overrides the service's URL, for a private endpoint or a test. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const extractProvider = z.strictObject({
  /** Built in: answers by quoting the conversation. Needs no key and no network. */
  kind: z.literal('openclaw-extract'),
});

const provider = z.discriminatedUnion('kind', [
  openaiProvider,
  sagemakerProvider,
  anthropicProvider,
  googleProvider,
  bedrockProvider,
  extractProvider,
]);

/** A guardrail of Amazon Bedrock that tenants may have their texts checked by. */
const bedrockGuardrail = z.strictObject({
  /** The guardrail's id, or its ARN where it belongs to another account. */
  id: z
    .string()
    .regex(
      /^([a-z0-9]{1,64}|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/,
      'use the id or the ARN of a guardrail',
    ),
  /** Default: `DRAFT`. */
  version: z
    .string()
    .regex(/^([1-9][0-9]{0,7}|DRAFT)$/, 'use a number, or DRAFT')
    .default('DRAFT'),
  /** Default: the deployment's region. */
  region: region.optional(),
});

const timeouts = z.strictObject({
  /** Until the connection to the upstream stands. Default: 5 s. */
  connectMs: milliseconds.default(5_000),
  /** Until the first content of a stream, or the head of a whole answer. Default: 60 s. */
  firstTokenMs: milliseconds.default(60_000),
  /** Between two pieces of an answer. Default: 60 s. */
  idleMs: milliseconds.default(60_000),
  /** For one attempt as a whole. Default: 10 min. */
  totalMs: milliseconds.default(600_000),
});

const target = z.strictObject({
  /** A key of `providers`. */
  provider: name,
  /** The name by which the provider knows the model. */
  model: z.string().min(1).max(256),
  /** Share of the requests, for the strategy `weighted`. Default: 1. */
  weight: z.number().positive().default(1),
  /** What a call costs. Default: the published price of a hosted model; unknown for a self-hosted one. */
  price: price.optional(),
  /**
   * Output tokens that a call may produce where its caller sets no limit and a hard budget applies: what is held for
   * the call must be bounded. Default: 16,384.
   */
  maxOutputTokens: z.number().int().positive().default(16_384),
});

const modelAlias = z.strictObject({
  /** What the model is for, shown by nobody but this file. */
  description: z.string().max(500).optional(),
  /** Where requests go. */
  targets: z.array(target).min(1).max(20),
  /** How a target is chosen: in order, by weight, by measured latency, or by price. Default: `priority`. */
  strategy: z.enum(['priority', 'weighted', 'least-latency', 'lowest-cost']).default('priority'),
  /** Another alias that takes requests too long for this one. */
  largerModel: z.string().optional(),
  /** What the model can do. Default: chat. */
  operations: z
    .array(z.enum(['chat', 'embeddings']))
    .min(1)
    .default(['chat']),
  /** Time-outs of this model. Default: the deployment's. */
  timeouts: timeouts.partial().optional(),
});

const retries = z.strictObject({
  /** Attempts per request, the first included, over all targets. Default: 4. */
  maxAttempts: z.number().int().min(1).max(10).default(4),
  /** The delay before retry n is random between 0 and min(maxDelayMs, baseDelayMs·2ⁿ). Default: 200 ms. */
  baseDelayMs: milliseconds.default(200),
  /** Default: 5 s. */
  maxDelayMs: milliseconds.default(5_000),
  /** An upstream's Retry-After is honoured up to this; a longer one ends the request. Default: 20 s. */
  retryAfterCapMs: milliseconds.default(20_000),
  /** No attempt starts later than this after the request began. Default: 60 s. */
  deadlineMs: milliseconds.default(60_000),
  /** Retries may be at most this share of the requests of the last ten seconds. Default: 0.2. */
  budgetRatio: z.number().min(0).max(1).default(0.2),
  /** Retries always allowed per ten seconds, so that a quiet deployment retries too. Default: 10. */
  budgetFloor: z.number().int().min(0).default(10),
});

const circuitBreaker = z.strictObject({
  /** Failures in a row that open the circuit of a target. Default: 5. */
  failureThreshold: z.number().int().min(1).default(5),
  /** How long an open circuit refuses calls before one may try again. Default: 15 s. */
  openMs: milliseconds.default(15_000),
});

const limits = z.strictObject({
  /** Largest request body. Default: 20 MiB. API Gateway accepts 10 MB and Lambda 6 MB in a deployment. */
  maxBodyBytes: z
    .number()
    .int()
    .positive()
    .max(64 * 1024 * 1024)
    .default(20 * 1024 * 1024),
  /** Deepest nesting of a JSON body. Default: 64. */
  maxJsonDepth: z.number().int().positive().default(64),
  /** Longest array in a JSON body. Default: 10,000. */
  maxArrayLength: z.number().int().positive().default(10_000),
  /** Requests that one API key may make in a minute. Default: 600. */
  requestsPerMinute: z.number().int().positive().default(600),
  /** Tokens, in and out, that one API key may use in a minute. Default: 1,000,000. */
  tokensPerMinute: z.number().int().positive().default(1_000_000),
});

/** Everything that a deployment can be told. The only input of the CDK app and of the local runtime. */
export const configurationSchema = z
  .strictObject({
    /** Name of the deployment; stacks are named after it. Default: `openclaw`. */
    name: name
      .max(
        32,
        'use at most 32 characters: what is named after it has to fit the limits of AWS, with room for more',
      )
      .default('openclaw'),
    /** Part of every API key (`oc_<environment>_…`), so that a key tells where it belongs. Default: `dev`. */
    environment: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, 'use up to 12 lower-case letters and digits, starting with a letter')
      .default('dev'),
    /** Account to deploy to. Default: that of the credentials at deployment. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'an account id has 12 digits')
      .optional(),
    /** Region to deploy to. Default: that of the credentials at deployment. */
    region: region.optional(),
    /** How the API is reached, and what is reached from it. Default: `{ mode: 'public' }`. */
    network,
    /** A host name of one's own for the API. Default: the one that AWS gives. */
    domain: domain.optional(),
    /** The regions that no stack and no route leaves. Default: any. */
    residency: residency.optional(),
    /** How requests move to a new version of the API's function. Default: `canary`. */
    rollout,
    alarms: alarms.default({}),
    tenants: tenants.default({ silos: [] }),
    /** How people sign in; programs have API keys. Default: nobody does. */
    signIn: signIn.default(() => signIn.parse({})),
    /** Ways to reach models, by name. */
    providers: z.record(name, provider).default({ builtin: { kind: 'openclaw-extract' } }),
    /** Guardrails of Amazon Bedrock, by the name that tenants use. Default: none. */
    bedrockGuardrails: z.record(name, bedrockGuardrail).default({}),
    /** Self-hosted models: endpoints on SageMaker that are deployed with the rest. Default: none. */
    endpoints,
    /** The models that callers see, by the name that they use. */
    models: z
      .record(z.string().regex(/^[\w.:/@-]{1,128}$/, 'use letters, digits and . : / @ _ -'), modelAlias)
      .default(() => ({
        'openclaw-extract': modelAlias.parse({
          targets: [{ provider: 'builtin', model: 'openclaw-extract' }],
        }),
      })),
    timeouts: timeouts.default(() => timeouts.parse({})),
    retries: retries.default(() => retries.parse({})),
    circuitBreaker: circuitBreaker.default(() => circuitBreaker.parse({})),
    limits: limits.default(() => limits.parse({})),
    /** A streaming caller gets a `: ping` comment after this long without data. Default: 10 s. */
    pingIntervalMs: milliseconds.default(10_000),
    /** How long an authenticated key is remembered, so also how long a revoked one works on. Default: 60 s, the most. */
    apiKeyCacheMs: z.number().int().min(0).max(60_000).default(60_000),
  })
  .superRefine((configuration, context) => {
    for (const [alias, model] of Object.entries(configuration.models)) {
      for (const [index, { provider: wanted }] of model.targets.entries()) {
        if (!(wanted in configuration.providers)) {
          context.addIssue({
            code: 'custom',
            path: ['models', alias, 'targets', index, 'provider'],
            message: `there is no provider "${wanted}"; providers: ${Object.keys(configuration.providers).join(', ')}`,
          });
        }
      }
      if (model.largerModel !== undefined && !(model.largerModel in configuration.models)) {
        context.addIssue({
          code: 'custom',
          path: ['models', alias, 'largerModel'],
          message: `there is no model "${model.largerModel}"`,
        });
      }
    }
    const problems = [
      ...findNetworkProblems(configuration),
      ...findPartitionProblems(configuration),
      ...findResidencyProblems(configuration),
      ...findSignInProblems(configuration),
    ];
    for (const problem of problems) context.addIssue({ code: 'custom', ...problem });
    for (const problem of findEndpointProblems(configuration.name, configuration.endpoints)) {
      context.addIssue({ code: 'custom', ...problem });
    }
    for (const [name, provider] of Object.entries(configuration.providers)) {
      if (deployedEndpoint(provider, configuration.endpoints) === undefined) continue;
      if (!('region' in provider) || provider.region === configuration.region) continue;
      context.addIssue({
        code: 'custom',
        path: ['providers', name, 'region'],
        message: 'leave it out: the endpoint is part of the deployment and in its region',
      });
    }
  })
  .transform(resolveDeployedEndpoints);

/** A configuration as a person writes it: every key has a default. */
export type ConfigurationInput = z.input<typeof configurationSchema>;
/** A configuration with all defaults filled in. */
export type Configuration = z.output<typeof configurationSchema>;
export type ProviderConfiguration = Configuration['providers'][string];
export type ModelAlias = Configuration['models'][string];
export type ModelTarget = ModelAlias['targets'][number];
export type TargetPrice = NonNullable<ModelTarget['price']>;
