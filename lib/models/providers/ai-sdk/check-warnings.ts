import type { SharedV4Warning } from '@ai-sdk/provider';
import type { JsonObject } from '../../../plugin/index.ts';
import { unsupportedParameter } from './request-error.ts';

const parameters = new Map([
  ['maxOutputTokens', 'max_completion_tokens'],
  ['topP', 'top_p'],
  ['presencePenalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['stopSequences', 'stop'],
  ['responseFormat', 'response_format'],
  ['toolChoice', 'tool_choice'],
  ['reasoning', 'reasoning_effort'],
  ['strict', 'tools'],
  ['toolContent', 'tools'],
]);

/**
 * The AI SDK drops or clamps what a model does not have and warns; here that is an error, as the caller would
 * otherwise get something else than was asked for. Warnings of other kinds change nothing that the caller asked for.
 *
 * @throws UpstreamError `unsupported_parameter` for the first warning that something is unsupported.
 */
export function checkWarnings(warnings: readonly SharedV4Warning[], body: JsonObject): void {
  const warning = warnings.find(({ type }) => type === 'unsupported');
  if (warning?.type !== 'unsupported') return;
  const parameter = parameters.get(warning.feature) ?? warning.feature;
  const named = parameter === 'max_completion_tokens' && body.max_tokens ? 'max_tokens' : parameter;
  const reason = warning.details === undefined ? '' : ` (${firstSentence(warning.details)})`;
  throw unsupportedParameter(
    named,
    `the model does not support this as sent${reason}; change it or leave it out.`,
  );
}

/** What follows tells how the SDK goes on without it, which we do not. */
function firstSentence(details: string): string {
  const sentence = details.split(/\.\s/, 1)[0] ?? '';
  return sentence.replace(/ and (?:will be|is) ignored/, '').replace(/\.$/, '');
}
