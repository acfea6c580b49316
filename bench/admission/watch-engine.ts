import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { threadName } from 'node:worker_threads';
import { answerWith, type DatabaseCall } from './database-calls.ts';

// Loaded into every thread of the platform; only that of the engines has calls to tell of.
if (threadName === 'engines') {
  const underWay = new WeakMap<IncomingMessage, number>();
  let calls: DatabaseCall[] = [];
  subscribe('http.server.request.start', (message) => {
    underWay.set((message as { request: IncomingMessage }).request, nowMs());
  });
  subscribe('http.server.response.finish', (message) => {
    const { request } = message as { request: IncomingMessage };
    const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    const startedAtMs = underWay.get(request);
    if (!service.startsWith('DynamoDB') || startedAtMs === undefined) return;
    calls.push({ operation, startedAtMs, endedAtMs: nowMs() });
  });
  answerWith(() => {
    const taken = calls;
    calls = [];
    return taken;
  });
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
