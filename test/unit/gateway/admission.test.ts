import { describe, expect, it } from 'vitest';
import { openExchange } from '../../../lib/gateway/open-exchange.ts';
import { admissionOf } from '../../../lib/gateway/steps/admission.ts';
import { Records } from '../../../lib/gateway/steps/records.ts';
import { caller } from '../jobs/memory-jobs.ts';

function setUp() {
  const ended: string[] = [];
  const background: Promise<unknown>[] = [];
  const request = { method: 'POST', path: '/', query: '', header: () => undefined, body: '' };
  const exchange = openExchange(request, {
    sourceIp: '',
    signal: new AbortController().signal,
    waitUntil: (work) => void background.push(work),
  });
  const admission = admissionOf(exchange, (tokens) => ended.push(`${tokens} tokens`), {
    held: true,
    references: [],
    settle: async (cost) => void ended.push(`settled ${cost}`),
    release: async () => void ended.push('released'),
    abandon: async () => void ended.push('abandoned'),
  });
  /** What becomes of the admission when the outcome is written over such storage. */
  const settleOver = async (put: () => Promise<void>) => {
    const facts = { principal: caller, route: 'POST /v1/chat/completions', alias: 'chat', stream: false };
    const outcome = new Records({ put }).outcome(exchange, {
      ...facts,
      status: 200,
      attempts: [],
      finishReasons: [],
      usage: null,
      costMicroUsd: 7,
      latency: { totalMs: 1, upstreamMs: 1 },
    });
    admission.settle({ tokens: 3, costMicroUsd: 7 }, outcome);
    await Promise.all(background);
    return ended;
  };
  return { admission, background, ended, settleOver };
}

describe('what is held for a request', () => {
  it('is settled when its outcome is stored', async () => {
    expect(await setUp().settleOver(async () => undefined)).toEqual(['3 tokens', 'settled 7']);
  });

  it('stays held for the sweeper where its outcome cannot be stored: what is settled is what is recorded', async () => {
    const fails = async () => {
      throw new Error('storage is down');
    };
    expect(await setUp().settleOver(fails)).toEqual(['3 tokens', 'abandoned']);
  });

  it('ends once', async () => {
    const { admission, background, ended } = setUp();
    admission.release();
    admission.settle({ tokens: 3, costMicroUsd: 7 });
    admission.release();
    await Promise.all(background);
    expect(ended).toEqual(['0 tokens', 'released']);
  });
});
