import type { JsonObject } from '../../plugin/index.ts';
import { countTokens } from './count-tokens.ts';

/** What OpenAI's chat format adds to each message, and to the prompt as a whole. */
const tokensPerMessage = 3;
const tokensPerPrompt = 3;
/** About what a mid-sized image, a short sound or a page costs with current models. */
const tokensPerMedium = 1_000;

/**
 * Counts the tokens of a request's prompt, for calls of which the upstream reported nothing: the texts of its messages,
 * tools and inputs, and what the format adds. Token ids count one each, media by a flat estimate.
 */
export async function countPromptTokens(body: JsonObject): Promise<number> {
  const texts: string[] = [];
  let flat = 0;
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.startsWith('data:')) flat += tokensPerMedium;
      else texts.push(value);
    } else if (typeof value === 'number') {
      flat += 1;
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) visit(child);
    }
  };
  visit(body.messages);
  visit(body.input);
  if (body.tools !== undefined) texts.push(JSON.stringify(body.tools));
  if (Array.isArray(body.messages)) flat += body.messages.length * tokensPerMessage + tokensPerPrompt;
  return flat + (await countTokens(texts.join('\n')));
}
