import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { outputLimitOf, withOutputLimit } from '../../../../lib/models/routing/output-limit.ts';

function limitAt(baseUrl: string, more: object = {}) {
  const { models, providers } = configurationSchema.parse({
    providers: { upstream: { kind: 'openai', baseUrl, ...more } },
    models: { chat: { targets: [{ provider: 'upstream', model: 'm', maxOutputTokens: 50 }] } },
  });
  const target = models.chat?.targets[0];
  if (!target) throw new Error('no target');
  return outputLimitOf(target, providers.upstream);
}

describe('the limit of output', () => {
  it.each([
    ['https://api.openai.com/v1', {}, 'max_completion_tokens'],
    ['https://acme.openai.azure.com/openai/v1', {}, 'max_completion_tokens'],
    ['https://notopenai.com/v1', {}, 'max_tokens'],
    ['http://127.0.0.1:11434/v1', {}, 'max_tokens'],
    ['http://10.0.0.1/v1', { outputLimitParameter: 'max_completion_tokens' }, 'max_completion_tokens'],
  ])('at %s %o goes by %s', (baseUrl, more, parameter) => {
    expect(withOutputLimit({ model: 'm' }, limitAt(baseUrl, more))).toEqual({ model: 'm', [parameter]: 50 });
  });

  it.each(['max_tokens', 'max_completion_tokens'])("leaves the caller's own %s", (parameter) => {
    const body = { [parameter]: 7 };
    expect(withOutputLimit(body, limitAt('https://api.openai.com/v1'))).toBe(body);
  });
});
