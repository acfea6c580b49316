import { isObject } from './json.ts';
import type { ParameterRule } from './options.ts';

/** For a provider whose temperature ends at 1, where OpenAI's ends at 2. */
export const temperatureUpToOne: ParameterRule = (value) =>
  typeof value === 'number' && value > 1 ? 'the provider takes values from 0 to 1.' : undefined;

/** For a provider without a seed. */
export const noSeed: ParameterRule = () => 'the provider has no seed; leave it out.';

/** For a provider without presence and frequency penalties. */
export const noPenalty: ParameterRule = (value) =>
  value === 0 ? undefined : 'the provider has no penalties; leave it out.';

/** For a provider that holds an answer to a schema but has no JSON mode without one. */
export const noJsonWithoutSchema: ParameterRule = (value) =>
  isObject(value) && value.type === 'json_object'
    ? 'the provider has no JSON mode without a schema; use "json_schema".'
    : undefined;
