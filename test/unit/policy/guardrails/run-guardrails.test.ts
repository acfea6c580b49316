import { describe, expect, it } from 'vitest';
import type { Guardrail, GuardrailDetection } from '../../../../lib/plugin/index.ts';
import {
  type ActiveGuardrail,
  checkTexts,
  Placeholders,
  runGuardrails,
  strictest,
  summarise,
} from '../../../../lib/policy/index.ts';
import { bytesKept, fewBytes } from '../../../support/bytes-kept.ts';
import { activeGuardrail } from '../../gateway/support/active-guardrail.ts';

const { signal } = new AbortController();
const question = { stage: 'input' as const, texts: ['hello anna'], signal };

const finding = (detection: GuardrailDetection): Guardrail => ({ check: () => [detection] });
const later = (ms: number, detections: readonly GuardrailDetection[] = []): Guardrail => ({
  check: () => new Promise((resolve) => setTimeout(resolve, ms, detections)),
});
const failing: Guardrail = { check: () => Promise.reject(new Error('down')) };
const never: Guardrail = { check: () => new Promise(() => undefined) };

const run = (...active: readonly ActiveGuardrail[]) => Promise.resolve(runGuardrails(active, question));

const module = new URL('../../../../lib/policy/guardrails/run-guardrails.ts', import.meta.url);

describe('several guardrails', () => {
  it('answer at once, without a promise, where none needs one', () => {
    const outcome = runGuardrails([activeGuardrail(finding({ category: 'x', verdict: 'allow' }))], question);
    expect(outcome).not.toBeInstanceOf(Promise);
  });

  it('are asked at the same time', async () => {
    const startedAt = performance.now();
    await run(activeGuardrail(later(1_000)), activeGuardrail(later(1_000)), activeGuardrail(later(1_000)));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('come to the strictest verdict', async () => {
    const verdicts = ['allow', 'hold', 'block', 'allow'] as const;
    const { detections } = await run(
      ...verdicts.map((verdict, id) =>
        activeGuardrail(finding({ category: 'x', verdict }), { id: `guardrail-${id}` }),
      ),
    );
    expect(strictest(detections)).toBe('block');
    expect(strictest(detections.slice(0, 2))).toBe('hold');
    expect(strictest([])).toBe('allow');
  });

  it('are not hindered by one that fails, at once or later', async () => {
    const broken: Guardrail = {
      check: () => {
        throw new Error('broken');
      },
    };
    const { detections, runs } = await run(
      activeGuardrail(failing, { id: 'failing', onFailure: 'open' }),
      activeGuardrail(broken, { id: 'broken', onFailure: 'open' }),
      activeGuardrail(later(5, [{ category: 'x', verdict: 'hold' }]), { id: 'working' }),
    );
    expect(summarise(detections)).toEqual([
      { guardrailId: 'working', category: 'x', verdict: 'hold', count: 1 },
    ]);
    expect(Object.fromEntries(runs.map(({ guardrailId, status }) => [guardrailId, status]))).toEqual({
      failing: 'failed',
      broken: 'failed',
      working: 'checked',
    });
  });

  it('keep nothing of a question once it is answered', () => {
    const kept = bytesKept(`
      import { runGuardrails } from ${JSON.stringify(module)};
      const active = { guardrail: { check: () => [] }, actions: {}, roles: new Set(), timeoutMs: 1_000 };
      const { signal } = new AbortController();
      const once = (i) => runGuardrails([active], { stage: 'input', texts: new Array(500).fill(i), signal });`);
    expect(kept).toBeLessThan(fewBytes);
  });
});

describe('a guardrail that cannot check', () => {
  it.each([
    ['fails', failing, 'failed'],
    ['takes too long', never, 'timed_out'],
  ] as const)(
    '%s: open, the text passes, and the record says that it was not checked',
    async (_name, guardrail, status) => {
      const active = activeGuardrail(guardrail, { id: 'g', timeoutMs: 50, onFailure: 'open' });
      const { detections, runs } = await run(active);
      expect(detections).toEqual([]);
      expect(runs).toMatchObject([{ guardrailId: 'g', status, onFailure: 'open' }]);
    },
  );

  it.each([
    ['fails', failing, 'failed'],
    ['takes too long', never, 'timed_out'],
  ] as const)('%s: closed, the text does not pass', async (_name, guardrail, status) => {
    const active = activeGuardrail(guardrail, { id: 'g', timeoutMs: 50, onFailure: 'closed' });
    const { detections, runs } = await run(active);
    expect(detections).toMatchObject([{ guardrailId: 'g', category: 'unchecked', verdict: 'block' }]);
    expect(runs).toMatchObject([{ status, onFailure: 'closed' }]);
  });

  it('is told to stop when its time is over', async () => {
    let aborted = false;
    const listening: Guardrail = {
      check: (call) => {
        const { signal: mine } = call;
        return new Promise((_resolve, reject) => {
          mine.addEventListener('abort', () => {
            aborted = true;
            reject(mine.reason);
          });
        });
      },
    };
    await run(activeGuardrail(listening, { timeoutMs: 30 }));
    expect(aborted).toBe(true);
  });
});

describe("a tenant's word on a category", () => {
  const span = { text: 0, start: 6, end: 10 };
  const name = finding({ category: 'name', verdict: 'redact', span });

  it.each([
    [{}, 'redact'],
    [{ name: 'allow' }, 'allow'],
    [{ '*': 'hold' }, 'hold'],
    [{ '*': 'hold', name: 'block' }, 'block'],
  ] as const)('%j counts before the guardrail: %s', async (actions, verdict) => {
    const { detections } = await run(activeGuardrail(name, { actions }));
    expect(detections).toMatchObject([{ category: 'name', verdict }]);
  });

  it('blocks where it wants something redacted that has no place in the text', async () => {
    const mood = finding({ category: 'mood', verdict: 'hold' });
    const { detections } = await run(activeGuardrail(mood, { actions: { mood: 'redact' } }));
    expect(detections).toMatchObject([{ verdict: 'block' }]);
  });
});

describe('redactions of several guardrails', () => {
  const redacting = (start: number, end: number, category: string): Guardrail =>
    finding({ category, verdict: 'redact', span: { text: 0, start, end } });
  const redact = async (text: string, ...spans: readonly [number, number, string][]) => {
    const active = spans.map(([start, end, category], id) =>
      activeGuardrail(redacting(start, end, category), { id: `guardrail-${id}` }),
    );
    const { texts } = await checkTexts(active, { ...question, texts: [text] }, new Placeholders());
    return texts[0];
  };

  it.each([
    [[[0, 2, 'a']], '[A_1]cdefgh'],
    [
      [
        [0, 2, 'a'],
        [4, 6, 'a'],
      ],
      '[A_1]cd[A_2]gh',
    ],
    [
      [
        [0, 4, 'a'],
        [2, 8, 'b'],
      ],
      '[B_1]',
    ],
    [
      [
        [2, 3, 'a'],
        [0, 8, 'b'],
      ],
      '[B_1]',
    ],
    [
      [
        [0, 4, 'a'],
        [0, 4, 'b'],
      ],
      '[A_1]efgh',
    ],
    [
      [
        [0, 2, 'a'],
        [2, 4, 'b'],
      ],
      '[A_1][B_1]efgh',
    ],
  ] as const)('%j: what overlaps becomes one', async (spans, expected) => {
    expect(await redact('abcdefgh', ...(spans as unknown as [number, number, string][]))).toBe(expected);
  });

  it('do not take a number that the text has already', async () => {
    expect(await redact('[A_7] secret', [6, 12, 'a'])).toBe('[A_7] [A_8]');
  });
});

describe('guardrails that call a service', () => {
  it('see what is left after those that do not', async () => {
    const seen: string[] = [];
    const remote: Guardrail = {
      check: async ({ texts }) => {
        seen.push(...texts);
        return [];
      },
    };
    const local = finding({ category: 'name', verdict: 'redact', span: { text: 0, start: 6, end: 10 } });
    const active = [
      activeGuardrail(remote, { id: 'remote', kind: 'openai-moderation' }),
      activeGuardrail(local, { id: 'local', kind: 'pii' }),
    ];
    const { texts } = await checkTexts(active, question, new Placeholders());
    expect([seen, texts]).toEqual([['hello [NAME_1]'], ['hello [NAME_1]']]);
  });

  it('are not asked about what is refused without them', async () => {
    const remote: Guardrail = { check: () => Promise.reject(new Error('not expected')) };
    const local = finding({ category: 'x', verdict: 'block' });
    const active = [
      activeGuardrail(remote, { id: 'remote', kind: 'judge' }),
      activeGuardrail(local, { id: 'local' }),
    ];
    const { runs } = await checkTexts(active, question, new Placeholders());
    expect(runs.map(({ guardrailId }) => guardrailId)).toEqual(['local']);
  });
});
