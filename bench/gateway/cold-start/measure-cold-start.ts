import { join } from 'node:path';
import { median } from '../../load/quantile.ts';
import { requestBody } from '../measures/request-body.ts';
import type { OpenClaw } from '../systems/openclaw.ts';
import { proxyEvent } from './proxy-event.ts';
import { startProcess } from './start-process.ts';

/** Medians over fresh processes, in milliseconds. */
export interface ColdStart {
  /** Node itself, to the first statement of an empty module. */
  readonly nodeMs: number;
  /** To the end of the answer to a chat completion. */
  readonly chatMs: number;
  /** To the end of the answer to GET /healthz. */
  readonly healthMs: number;
  /** Within the process, from Node's start until the bundle was loaded. */
  readonly chatLoadedMs: number;
  /** Chat completion beyond Node's own start: what Lambda adds by running this bundle. */
  readonly chatBeyondNodeMs: number;
  readonly healthBeyondNodeMs: number;
  /** Chat completions that were sent, for the count of records. */
  readonly requests: number;
}

interface HarnessReport {
  readonly status: number;
  readonly loadedMs: number;
  readonly body: string;
}

const harness = new URL('./harness.mjs', import.meta.url);
const nothing = new URL('./nothing.mjs', import.meta.url);

/**
 * Starts fresh processes that load the API's bundle and answer one request against the fake upstream and the tables of
 * a running deployment. The kinds take turns, and each first runs once unmeasured, so that all find their files cached.
 */
export async function measureColdStart(openclaw: OpenClaw, starts: number): Promise<ColdStart> {
  const { codeDirectory, functionEnvironment } = openclaw.deployment;
  const { headers, model } = openclaw.address(0);
  const answer = async (event: object) => {
    const { firstOutputMs, output } = await startProcess(harness, {
      ...functionEnvironment,
      BENCH_BUNDLE: join(codeDirectory, 'index.mjs'),
      BENCH_EVENT: JSON.stringify(event),
    });
    const report = output as HarnessReport;
    if (report.status !== 200) throw new Error(`a cold start answered ${report.status}: ${report.body}`);
    return { firstOutputMs, loadedMs: report.loadedMs };
  };
  const chatEvent = proxyEvent(
    'POST',
    '/v1/chat/completions',
    { ...headers, 'content-type': 'application/json' },
    requestBody(model, false),
  );
  const healthEvent = proxyEvent('GET', '/healthz', {}, null);

  const node: number[] = [];
  const chat: number[] = [];
  const chatLoaded: number[] = [];
  const health: number[] = [];
  for (let start = -1; start < starts; start += 1) {
    const empty = await startProcess(nothing, {});
    const chatAnswer = await answer(chatEvent);
    const healthAnswer = await answer(healthEvent);
    if (start < 0) continue;
    node.push(empty.firstOutputMs);
    chat.push(chatAnswer.firstOutputMs);
    chatLoaded.push(chatAnswer.loadedMs);
    health.push(healthAnswer.firstOutputMs);
  }
  const nodeMs = median(node);
  return {
    nodeMs,
    chatMs: median(chat),
    healthMs: median(health),
    chatLoadedMs: median(chatLoaded),
    chatBeyondNodeMs: median(chat.map((ms, i) => ms - (node[i] ?? nodeMs))),
    healthBeyondNodeMs: median(health.map((ms, i) => ms - (node[i] ?? nodeMs))),
    requests: starts + 1,
  };
}
