import { describe, expect, it } from 'vitest';
import { countCall } from '../../../../lib/models/tokens/count-call.ts';
import { countPromptTokens } from '../../../../lib/models/tokens/count-prompt-tokens.ts';
import { countTokens } from '../../../../lib/models/tokens/count-tokens.ts';

describe('counting tokens', () => {
  it.each([
    ['', 0],
    ['hello world', 2],
    ['<|endoftext|>', 7],
  ])('%j has %i', async (text, tokens) => {
    expect(await countTokens(text)).toBe(tokens);
  });

  it('estimates a text too long to be encoded', async () => {
    expect(await countTokens('x'.repeat(4_000_000))).toBe(1_000_000);
  });

  it('counts messages with what the format adds, as OpenAI does', async () => {
    // role (1) and content (2) of the message, 3 for the message, 3 for the prompt, a separator.
    const tokens = await countPromptTokens({ messages: [{ role: 'user', content: 'hello world' }] });
    expect(tokens).toBeGreaterThanOrEqual(9);
    expect(tokens).toBeLessThanOrEqual(10);
  });

  it('counts an inline image by a flat estimate, not by its bytes', async () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1_000_000)}` } };
    expect(await countPromptTokens({ messages: [{ role: 'user', content: [image] }] })).toBeLessThan(1_100);
  });

  it('counts token ids one each', async () => {
    expect(await countPromptTokens({ input: [[1, 2, 3], [4]] })).toBe(4);
  });

  it('marks what it counted as an estimate', async () => {
    expect(await countCall({ input: 'hello world' }, 'hello')).toMatchObject({
      inputTokens: 2,
      outputTokens: 1,
      estimated: true,
    });
  });
});
