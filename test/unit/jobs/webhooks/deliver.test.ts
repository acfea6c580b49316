import { describe, expect, it } from 'vitest';
import {
  deliverEvents,
  eventSort,
  ForbiddenAddress,
  type StoredEvent,
  type TenantEvent,
  tellTenant,
  type Webhook,
} from '../../../../lib/jobs/webhooks/index.ts';
import { implicitTenant, TenantSettings } from '../../../../lib/tenancy/index.ts';
import { MemoryDocuments } from '../../../support/memory-documents.ts';

const start = Date.UTC(2026, 10, 3, 12);
const event: TenantEvent = {
  tenantId: 'acme',
  id: 'evt_1',
  type: 'budget.exhausted',
  atMs: start,
  data: { budget_id: 'b1' },
};

function webhook(id: string, events: readonly string[] = ['budget.*']): Webhook {
  return { id, url: `https://${id}.example.org/`, secret: 'whsec_c2VjcmV0', events, createdAtMs: 0 };
}

function setUp(webhooks: readonly Webhook[], answer: (webhook: Webhook) => number | Error | Promise<number>) {
  const documents = new MemoryDocuments();
  const sent: string[] = [];
  let hooks = webhooks;
  let nowMs = start;
  const services = {
    documents,
    settings: {
      settings: async (tenantId: string) =>
        new TenantSettings(implicitTenant(tenantId), new Map([['webhook', hooks]])),
    },
    post: async (to: Webhook, message: { readonly id: string; readonly body: string }) => {
      sent.push(`${to.id} ${message.id} ${message.body}`);
      const answered = await answer(to);
      if (answered instanceof Error) throw answered;
      return answered;
    },
    now: () => nowMs,
    random: () => 0.5,
  };
  return {
    documents,
    sent,
    tell: () => tellTenant(event, services),
    deliver: () => deliverEvents('acme', services),
    passes: (ms: number) => {
      nowMs += ms;
    },
    setWebhooks: (changed: readonly Webhook[]) => {
      hooks = changed;
    },
    state: async (id: string) =>
      (await documents.get<StoredEvent>('acme', 'events', eventSort(event)))?.value.deliveries?.[id],
  };
}

describe('events', () => {
  it('are delivered once to each webhook that wants them, however often they are told', async () => {
    const { tell, deliver, sent, state } = setUp(
      [webhook('a'), webhook('b', ['*']), webhook('c', ['job.succeeded'])],
      () => 200,
    );
    await tell();
    await tell();
    expect(await deliver()).toEqual({ delivered: 2, postponed: 0, failed: 0 });
    expect(await deliver()).toEqual({ delivered: 0, postponed: 0, failed: 0 });
    await tell();
    await deliver();
    expect(sent.map((line) => line.slice(0, 7))).toEqual(['a evt_1', 'b evt_1']);
    expect(JSON.parse(sent[0]?.slice(8) ?? '')).toEqual({
      id: 'evt_1',
      object: 'event',
      created_at: start / 1_000,
      type: 'budget.exhausted',
      data: { budget_id: 'b1' },
    });
    expect(await state('a')).toMatchObject({ state: 'delivered', attempts: 1, lastResult: '200' });
    expect(await state('c')).toBeUndefined();
  });

  it('are stored where nobody wants them sent', async () => {
    const { tell, deliver, documents } = setUp([], () => 200);
    await tell();
    await deliver();
    const { documents: stored } = await documents.list<StoredEvent>('acme', 'events');
    expect(stored.map(({ value }) => value)).toEqual([
      { id: 'evt_1', type: 'budget.exhausted', atMs: start, data: { budget_id: 'b1' } },
    ]);
  });

  it.each([
    ['an answer of failure', () => 503, '503'],
    ['a redirect', () => 302, '302'],
    ['a private address', () => new ForbiddenAddress('10.0.0.1'), 'forbidden_address'],
    [
      'no connection',
      () => Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
  ])('are tried again after %s, later each time', async (_name, answer, result) => {
    const { tell, deliver, passes, sent, state } = setUp([webhook('a')], answer);
    await tell();
    expect(await deliver()).toMatchObject({ postponed: 1 });
    await deliver();
    expect(sent).toHaveLength(1);
    passes(15_000);
    await deliver();
    passes(15_000);
    await deliver();
    expect(sent).toHaveLength(2);
    passes(45_000);
    await deliver();
    expect(sent).toHaveLength(3);
    expect(await state('a')).toMatchObject({ state: 'pending', attempts: 3, lastResult: result });
  });

  it('are given up after a day', async () => {
    const { tell, deliver, passes, sent, state } = setUp([webhook('a')], () => 500);
    await tell();
    for (let minute = 0; minute < 26 * 60; minute += 5) {
      await deliver();
      passes(5 * 60_000);
    }
    expect(await state('a')).toMatchObject({ state: 'failed' });
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.length).toBeLessThan(35);
  });

  it('are not sent again to who says that it is gone', async () => {
    const { tell, deliver, state } = setUp([webhook('a')], () => 410);
    await tell();
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(await state('a')).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('are not sent to a webhook that was deleted meanwhile', async () => {
    const { tell, deliver, sent, setWebhooks, state } = setUp([webhook('a')], () => 200);
    await tell();
    setWebhooks([]);
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(sent).toEqual([]);
    expect(await state('a')).toMatchObject({ state: 'failed', lastResult: 'webhook_deleted' });
  });

  it('are sent by one of two sweeps at once', async () => {
    const { tell, deliver, sent } = setUp(
      [webhook('a'), webhook('b')],
      () => new Promise<number>((resolve) => setTimeout(resolve, 5, 200)),
    );
    await tell();
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(sent.map((line) => line.slice(0, 1)).sort()).toEqual(['a', 'b']);
  });

  it('are sent again where the sender died, and no webhook keeps another waiting', async () => {
    const { tell, deliver, passes, sent, documents } = setUp([webhook('a'), webhook('b')], () => 200);
    await tell();
    documents.writesLeft = 1;
    await expect(deliver()).rejects.toThrow('died');
    documents.writesLeft = Number.POSITIVE_INFINITY;
    await deliver();
    expect(sent.map((line) => line.slice(0, 1))).toEqual(['a', 'b']);
    passes(60_000);
    await deliver();
    expect(sent.map((line) => line.slice(0, 1))).toEqual(['a', 'b', 'a']);
  });
});
