import { type ModelAnswer, UpstreamError, type UpstreamErrorClass } from '../../plugin/index.ts';
import type { Clock } from './clock.ts';
import { readToFirstContent, resumeStream } from './first-content.ts';
import { withOutputLimit } from './output-limit.ts';
import type { Access } from './provider-access.ts';
import type { RouteTarget, TargetHealth } from './route-target.ts';
import type { Attempt, RoutedAnswer, RouteRequest } from './router-types.ts';

export interface TargetCall {
  readonly target: RouteTarget;
  readonly access: Access;
  readonly request: RouteRequest;
  readonly clock: Clock;
  /** When the request began, by the clock. */
  readonly startedMs: number;
  /** Waited before this call. */
  readonly waitedMs: number;
  readonly onKeyAccepted: (key: string) => void;
  /** The call is added to these. */
  readonly attempts: Attempt[];
}

export type CallOutcome = RoutedAnswer | { readonly error: UpstreamError };

/** Failures that tell that a target is not well. */
const unhealthy: ReadonlySet<UpstreamErrorClass> = new Set([
  'server',
  'network',
  'timeout',
  'malformed',
  'cut',
]);

/**
 * Calls a target once, up to its whole answer or the first content of its stream, and notes how the target does. The
 * target's circuit breaker has admitted the call.
 */
export async function callTarget(call: TargetCall): Promise<CallOutcome> {
  const { target, access, clock, attempts, waitedMs } = call;
  const { routed, health } = target;
  const begunMs = clock.now();
  const note = (outcome: Attempt['outcome'], status?: number): Attempt => ({
    provider: routed.provider,
    model: routed.model,
    ...(access.key ? { keyIndex: access.key.index } : {}),
    outcome,
    ...(status === undefined ? {} : { status }),
    latencyMs: Math.round(clock.now() - begunMs),
    waitedMs: Math.round(waitedMs),
  });
  try {
    const answer = await begin(call);
    health.latency.add(clock.now() - begunMs);
    const ok = note('ok');
    const position = attempts.push(ok) - 1;
    if (access.key) call.onKeyAccepted(access.key.key);
    if (answer.kind === 'json') {
      health.breaker.succeeded();
      return { answer, target: routed, attempts };
    }
    health.breaker.answering();
    const events = resumeStream(answer.begun, {
      onComplete: () => health.breaker.succeeded(),
      onAbandoned: () => health.breaker.released(),
      onFailure: (thrown) => {
        const { errorClass, status } = toUpstreamError(thrown, call);
        noteHealth(health, errorClass);
        attempts[position] = { ...ok, outcome: errorClass, ...(status === undefined ? {} : { status }) };
      },
    });
    return {
      answer: { kind: 'stream', events },
      target: routed,
      attempts,
      firstTokenMs: clock.now() - call.startedMs,
    };
  } catch (thrown) {
    const error = toUpstreamError(thrown, call);
    noteHealth(health, error.errorClass);
    if (error.errorClass === 'timeout') health.latency.add(clock.now() - begunMs);
    attempts.push(note(error.errorClass, error.status));
    return { error };
  }
}

type BegunAnswer =
  | Extract<ModelAnswer, { kind: 'json' }>
  | { readonly kind: 'stream'; readonly begun: Awaited<ReturnType<typeof readToFirstContent>> };

async function begin({ target, access, request }: TargetCall): Promise<BegunAnswer> {
  const answer = await access.provider.call({
    operation: request.operation,
    model: target.routed.model,
    body:
      request.limitOutput === true && request.operation === 'chat'
        ? withOutputLimit(request.body, target.outputLimit)
        : request.body,
    stream: request.stream,
    ...(access.key ? { apiKey: access.key.key } : {}),
    timeouts: target.timeouts,
    signal: request.signal,
  });
  return answer.kind === 'json' ? answer : { kind: 'stream', begun: await readToFirstContent(answer.events) };
}

function noteHealth({ breaker }: TargetHealth, errorClass: UpstreamErrorClass): void {
  if (unhealthy.has(errorClass)) breaker.failed();
  else breaker.released();
}

function toUpstreamError(thrown: unknown, { target, request }: TargetCall): UpstreamError {
  const { provider } = target.routed;
  // Whatever an abort made fail, it failed because the caller went away.
  if (request.signal.aborted) return new UpstreamError('cancelled', `${provider}: the caller went away`);
  if (thrown instanceof UpstreamError) return thrown;
  return new UpstreamError('server', `${provider}: the provider failed`, { cause: thrown });
}
