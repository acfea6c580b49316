import * as z from 'zod';
import type { Configuration } from '../../../config/schema.ts';
import { entities } from '../../../policy/guardrails/pii/entity.ts';
import { ruleLimits } from '../../../policy/guardrails/rules/rule.ts';
import type { GuardrailKind } from '../../../policy/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import { validate } from '../../schemas/validate.ts';

const outcome = {
  category: z
    .string()
    .regex(/^[a-z0-9][a-z0-9/_-]{0,63}$/, 'expected lower-case letters, digits, /, - and _')
    .optional(),
  action: z.enum(['allow', 'redact', 'hold', 'block']).optional(),
  replacement: z.string().max(100).optional(),
};

const word = z.strictObject({
  word: z
    .string()
    .max(ruleLimits.wordLength)
    .regex(/[^\s\p{Cf}]/u, 'expected a word or a phrase'),
  ...outcome,
});
const pattern = z.strictObject({
  pattern: z.string().min(1).max(ruleLimits.patternLength),
  case_sensitive: z.boolean().optional(),
  ...outcome,
});
const name = z.string().min(1).max(256);

/** The options of each kind, as they are written in the API. */
const schemas: Readonly<Record<GuardrailKind, z.ZodObject>> = {
  pii: z.strictObject({
    entities: z.array(z.enum(entities)).min(1).optional(),
    phone_countries: z
      .array(z.string().regex(/^[A-Z]{2}$/))
      .max(20)
      .optional(),
    restore: z.boolean().optional(),
  }),
  rules: z.strictObject({
    words: z.array(word).max(ruleLimits.words).optional(),
    patterns: z.array(pattern).max(ruleLimits.patterns).optional(),
  }),
  'builtin-moderation': z.strictObject({}),
  'openai-moderation': z.strictObject({ provider: name, model: name.optional() }),
  'bedrock-guardrail': z.strictObject({ guardrail: name }),
  judge: z.strictObject({
    model: name,
    categories: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9/_-]{0,63}$/), z.string().min(1).max(500))
      .refine((categories) => Object.keys(categories).length <= 30, 'expected at most 30 categories')
      .refine((categories) => Object.keys(categories).length > 0, 'expected a category'),
    threshold: z.number().min(0).max(1).optional(),
  }),
};

type Options = Readonly<Record<string, unknown>>;

/**
 * Checks options of a kind as written in the API.
 *
 * @throws ApiError 400 that names the option
 */
export function requireOptions(
  kind: GuardrailKind,
  options: Options,
  configuration: Pick<Configuration, 'providers' | 'models' | 'bedrockGuardrails'>,
): void {
  validate(z.object({ options: schemas[kind] }), { options });
  const oneOf = (key: string, names: readonly string[], what: string) => {
    if (names.includes(String(options[key]))) return;
    const known = names.length === 0 ? 'The deployment has none.' : `There are: ${names.join(', ')}.`;
    throw new ApiError(400, `There is no ${what} '${String(options[key])}'. ${known}`, {
      param: `options.${key}`,
      code: 'invalid_value',
    });
  };
  const { models, providers, bedrockGuardrails } = configuration;
  if (kind === 'openai-moderation') oneOf('provider', moderationProviders({ models, providers }), 'provider');
  if (kind === 'bedrock-guardrail') oneOf('guardrail', Object.keys(bedrockGuardrails), 'Bedrock guardrail');
  if (kind === 'judge') {
    const chats = Object.keys(models).filter((alias) => models[alias]?.operations.includes('chat'));
    oneOf('model', chats, 'chat model');
  }
}

/** The providers that moderate: of OpenAI's kind, and used by some model, for others are not reached. */
export function moderationProviders({
  models,
  providers,
}: Pick<Configuration, 'providers' | 'models'>): readonly string[] {
  const used = new Set(
    Object.values(models).flatMap(({ targets }) => targets.map(({ provider }) => provider)),
  );
  return Object.keys(providers).filter((name) => providers[name]?.kind === 'openai' && used.has(name));
}

/** Options as guardrails take them. */
export function toOptions(options: Options): Options {
  const { phone_countries: phoneCountries, patterns, ...others } = options;
  return {
    ...others,
    ...(phoneCountries === undefined ? {} : { phoneCountries }),
    ...(Array.isArray(patterns) && {
      patterns: patterns.map(({ case_sensitive: caseSensitive, ...rule }) => ({
        ...rule,
        ...(caseSensitive === undefined ? {} : { caseSensitive }),
      })),
    }),
  };
}

/** Options as the API shows them. */
export function fromOptions(options: Options): Options {
  const { phoneCountries, patterns, ...others } = options;
  return {
    ...others,
    ...(phoneCountries === undefined ? {} : { phone_countries: phoneCountries }),
    ...(Array.isArray(patterns) && {
      patterns: patterns.map(({ caseSensitive, ...rule }) => ({
        ...rule,
        ...(caseSensitive === undefined ? {} : { case_sensitive: caseSensitive }),
      })),
    }),
  };
}
