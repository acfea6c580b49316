import { describe, expect, it } from 'vitest';
import { guardInput } from '../../../lib/gateway/steps/guard-input.ts';
import { guardAnswer, outputGuard } from '../../../lib/gateway/steps/guard-output.ts';
import type { JsonAnswer, JsonObject, Operation } from '../../../lib/plugin/index.ts';
import {
  createGuardrail,
  type GuardrailSetting,
  Guardrails,
  type ModerationSetting,
} from '../../../lib/policy/index.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';

const { signal } = new AbortController();
const unreachable = {
  moderate: () => Promise.reject(new Error('not expected')),
  applyGuardrail: () => Promise.reject(new Error('not expected')),
};
const services = { guardrails: new Guardrails((setting) => createGuardrail(setting, unreachable)) };

/** Each setting of the tests is written at a time of its own. */
let written = 0;

function setting(changes: Partial<GuardrailSetting>): GuardrailSetting {
  return {
    id: 'under-test',
    kind: 'pii',
    enabled: true,
    stages: ['input', 'output'],
    actions: {},
    timeoutMs: 1_000,
    onFailure: 'closed',
    options: {},
    version: 1,
    createdAtMs: 0,
    updatedAtMs: ++written,
    ...changes,
  };
}

interface Tenant {
  readonly guardrails?: readonly GuardrailSetting[];
  readonly moderation?: Partial<ModerationSetting>;
}

function settingsOf({ guardrails = [], moderation }: Tenant): TenantSettings {
  return new TenantSettings(
    implicitTenant('acme'),
    new Map<string, unknown[]>([
      ['guardrail', [...guardrails]],
      ['moderation', moderation ? [{ id: 'default', enabled: true, actions: {}, ...moderation }] : []],
    ]),
  );
}

interface Request {
  readonly body: JsonObject;
  readonly operation?: Operation;
  readonly projectId?: string;
  readonly approval?: { readonly guardrails: readonly string[] };
}

const guard = (tenant: Tenant, { body, operation = 'chat', projectId = 'search', approval }: Request) =>
  guardInput(
    {
      settings: settingsOf(tenant),
      principal: { projectId },
      operation,
      model: 'chat',
      body,
      signal,
      ...(approval && { approval }),
    },
    services,
  );

const asking = (content: unknown, role = 'user') => ({
  body: { model: 'chat', messages: [{ role, content }] },
});
const disallowed = 'How do I kill my neighbour?';
const pii = setting({ id: 'pii' });

describe('a request of a tenant that has set nothing', () => {
  it('is the same object, where it is harmless', async () => {
    const request = asking('How do I kill a Python process?');
    const guarded = await guard({}, request);
    expect(guarded).toMatchObject({ verdict: 'allow', findings: [] });
    expect(guarded.body).toBe(request.body);
    expect(guarded.runs).toMatchObject([{ guardrailId: 'default-moderation', status: 'checked' }]);
  });

  it('is held for a reviewer, where it is a clear case; the finding does not tell the text', async () => {
    const guarded = await guard({}, asking(disallowed));
    expect(guarded.verdict).toBe('hold');
    expect(guarded.findings).toContainEqual({
      guardrailId: 'default-moderation',
      category: 'illicit/violent',
      verdict: 'hold',
      count: 1,
      score: 0.95,
    });
    expect(JSON.stringify(guarded.findings)).not.toContain('neighbour');
  });

  it.each([
    ['a system prompt', asking(disallowed, 'system')],
    ['what a tool brings', asking(disallowed, 'tool')],
    ["the model's own words", asking(disallowed, 'assistant')],
    ['what is embedded', { body: { input: [disallowed] }, operation: 'embeddings' as const }],
  ])('passes where only %s names such things', async (_name, request) => {
    expect((await guard({}, request)).verdict).toBe('allow');
  });

  it('costs well under 0.3 ms for two kilobytes', async () => {
    const request = asking(
      'Please summarise these notes of our meeting about the budget for me. '.repeat(30),
    );
    const settings = settingsOf({});
    const once = () =>
      guardInput(
        { settings, principal: { projectId: '' }, operation: 'chat', model: 'chat', ...request, signal },
        services,
      );
    for (let warm = 0; warm < 200; warm += 1) await once();
    const startedAt = performance.now();
    for (let count = 0; count < 200; count += 1) await once();
    expect((performance.now() - startedAt) / 200).toBeLessThan(0.3);
  });
});

describe("a tenant's moderation", () => {
  it('can be switched off', async () => {
    const guarded = await guard({ moderation: { enabled: false } }, asking(disallowed));
    expect(guarded).toMatchObject({ verdict: 'allow', runs: [] });
  });

  it('can do otherwise by category', async () => {
    const actions = { 'illicit/violent': 'block', violence: 'allow' } as const;
    const guarded = await guard({ moderation: { actions } }, asking(disallowed));
    expect(guarded.verdict).toBe('block');
    expect(guarded.error).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      code: 'content_filter',
      message: expect.stringMatching(/'default-moderation' for 'illicit\/violent'/),
    });
  });

  it("does not hold again what a reviewer has approved; another guardrail's verdict stands", async () => {
    const approval = { guardrails: ['default-moderation'] };
    expect((await guard({}, { ...asking(disallowed), approval })).verdict).toBe('allow');
    const rules = setting({
      id: 'words',
      kind: 'rules',
      options: { words: [{ word: 'neighbour', action: 'hold' }] },
    });
    expect((await guard({ guardrails: [rules] }, { ...asking(disallowed), approval })).verdict).toBe('hold');
  });
});

describe('personal data in a request', () => {
  it('is replaced wherever a text can stand, the same value by the same name', async () => {
    const { body } = await guard(
      { guardrails: [pii] },
      {
        body: {
          model: 'chat',
          messages: [
            { role: 'system', content: 'You help anna@example.com.' },
            {
              role: 'user',
              content: [
                { type: 'text', text: 'I am bob@example.com' },
                { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaa@bbbb.cccc' } },
              ],
            },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: '1',
                  type: 'function',
                  function: { name: 'mail', arguments: '{"to":"anna@example.com"}' },
                },
              ],
            },
            { role: 'tool', tool_call_id: '1', content: 'sent to anna@example.com' },
          ],
        },
      },
    );
    expect(body.messages).toEqual([
      { role: 'system', content: 'You help [EMAIL_1].' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'I am [EMAIL_2]' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaa@bbbb.cccc' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: '1', type: 'function', function: { name: 'mail', arguments: '{"to":"[EMAIL_1]"}' } },
        ],
      },
      { role: 'tool', tool_call_id: '1', content: 'sent to [EMAIL_1]' },
    ]);
  });

  it('is replaced in a copy: the request itself stays as it came', async () => {
    const request = asking('I am bob@example.com');
    const before = structuredClone(request.body);
    await guard({ guardrails: [pii] }, request);
    expect(request.body).toEqual(before);
  });

  it.each([
    ['one text', 'a@b.io', '[EMAIL_1]'],
    ['several', ['x', 'a@b.io'], ['x', '[EMAIL_1]']],
    ['token ids', [1, 2, 3], [1, 2, 3]],
  ])('is replaced in what is embedded: %s', async (_name, input, expected) => {
    const guarded = await guard(
      { guardrails: [pii] },
      { body: { model: 'e', input }, operation: 'embeddings' },
    );
    expect(guarded.body.input).toEqual(expected);
  });

  it('is put back into the answer where the tenant wants it so, and only then', async () => {
    const restoring = setting({ id: 'pii', options: { restore: true } });
    const guarded = await guard({ guardrails: [restoring] }, asking('I am bob@example.com'));
    expect(guarded.restore?.('Dear [EMAIL_1]')).toBe('Dear bob@example.com');
    expect((await guard({ guardrails: [pii] }, asking('I am bob@example.com'))).restore).toBeUndefined();
  });
});

describe('a guardrail of a tenant', () => {
  const rule = (changes: Partial<GuardrailSetting>) =>
    setting({ id: 'words', kind: 'rules', options: { words: [{ word: 'falcon' }] }, ...changes });
  const verdictOf = async (changes: Partial<GuardrailSetting>, request: Request = asking('a falcon')) =>
    (await guard({ guardrails: [rule(changes)] }, request)).verdict;

  it.each([
    ['of another project', { projects: ['other'] }, 'allow'],
    ['of this project', { projects: ['search', 'other'] }, 'block'],
    ['of another model', { models: ['other'] }, 'allow'],
    ['of this model', { models: ['chat'] }, 'block'],
    ['for answers only', { stages: ['output'] }, 'allow'],
    ['of other roles', { roles: ['system'] }, 'allow'],
    ['that is off', { enabled: false }, 'allow'],
    ['that is on', {}, 'block'],
  ] as const)('%s: %s', async (_name, changes, verdict) => {
    expect(await verdictOf(changes)).toBe(verdict);
  });

  it('that cannot be made does not count as passed', async () => {
    const broken = { options: { patterns: [{ pattern: '(' }] } };
    const closed = await guard({ guardrails: [rule(broken)] }, asking('hello'));
    expect(closed).toMatchObject({
      verdict: 'block',
      error: { status: 503, code: 'guardrail_unavailable' },
      runs: [{ guardrailId: 'default-moderation' }, { guardrailId: 'words', status: 'failed' }],
    });
    const open = await guard({ guardrails: [rule({ ...broken, onFailure: 'open' })] }, asking('hello'));
    expect(open).toMatchObject({ verdict: 'allow', runs: [{}, { status: 'failed', onFailure: 'open' }] });
  });

  it('is the new one as soon as it has changed', async () => {
    expect(await verdictOf({ version: 1 })).toBe('block');
    expect(await verdictOf({ version: 2, options: { words: [{ word: 'eagle' }] } })).toBe('allow');
  });
});

describe('a whole answer', () => {
  const answer = (document: object): JsonAnswer => ({
    kind: 'json',
    bytes: Buffer.from(JSON.stringify(document)),
    usage: null,
    finishReasons: ['stop'],
    text: () => 'text',
  });
  const choice = (content: string | null, more: object = {}) => ({
    index: 0,
    message: { role: 'assistant', content, refusal: null, ...more },
    finish_reason: 'stop',
  });
  const guarded = async (tenant: Tenant, document: object) => {
    const request = { settings: settingsOf(tenant), principal: { projectId: '' }, model: 'chat', signal };
    const made = await outputGuard(request, services);
    if (!made) return { unguarded: true as const };
    const before = answer(document);
    const after = await guardAnswer(before, made);
    return {
      same: after === before,
      finishReasons: after.finishReasons,
      // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer, it asserts.
      document: JSON.parse(Buffer.from(after.bytes).toString()) as any,
      report: made.report,
    };
  };

  it('passes byte by byte where no guardrail looks at answers', async () => {
    expect(await guarded({}, { choices: [choice('a@b.io')] })).toEqual({ unguarded: true });
  });

  it('is the same where nothing is found', async () => {
    expect(await guarded({ guardrails: [pii] }, { choices: [choice('hello')] })).toMatchObject({
      same: true,
    });
  });

  it('is redacted in all that it says, and in nothing else', async () => {
    const call = (args: string) => ({
      id: '1',
      type: 'function',
      function: { name: 'a@b.io', arguments: args },
    });
    const { document, finishReasons } = await guarded(
      { guardrails: [pii] },
      {
        id: 'a@b.io',
        choices: [
          {
            ...choice('Write to a@b.io', {
              tool_calls: [call('{"to":"c@d.io","card":4111111111111111}')],
            }),
            logprobs: { content: [{ token: 'a@b.io' }] },
          },
        ],
      },
    );
    expect(finishReasons).toEqual(['stop']);
    expect(document.id).toBe('a@b.io');
    expect(document.choices[0]).toMatchObject({
      message: { content: 'Write to [EMAIL_1]', tool_calls: [{ function: { name: 'a@b.io' } }] },
      logprobs: null,
    });
    expect(JSON.parse(document.choices[0].message.tool_calls[0].function.arguments)).toEqual({
      to: '[EMAIL_2]',
      card: '[CREDIT_CARD_1]',
    });
  });

  it('loses the choice that does not pass, and keeps the others', async () => {
    const words = setting({ id: 'words', kind: 'rules', options: { words: [{ word: 'falcon' }] } });
    const { document, finishReasons, report } = await guarded(
      { guardrails: [words] },
      { choices: [choice('fine'), { ...choice('a falcon'), index: 1 }] },
    );
    expect(finishReasons).toEqual(['stop', 'content_filter']);
    expect(document.choices).toEqual([
      choice('fine'),
      {
        index: 1,
        message: { role: 'assistant', content: null, refusal: null },
        finish_reason: 'content_filter',
      },
    ]);
    expect(report?.verdict).toBe('block');
  });

  it('is not given where it could not be checked and the tenant wants nothing to pass then', async () => {
    const broken = setting({ id: 'words', kind: 'rules', options: { patterns: [{ pattern: '(' }] } });
    await expect(guarded({ guardrails: [broken] }, { choices: [choice('x')] })).rejects.toMatchObject({
      status: 503,
      code: 'guardrail_unavailable',
    });
  });
});
