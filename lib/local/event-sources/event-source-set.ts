import { isDeepStrictEqual } from 'node:util';
import type { FunctionDefinition } from '../functions/function-definition.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { QueueSource, Schedule } from './event-source.ts';
import { QueueClient } from './queue-client.ts';
import { QueuePoller } from './queue-poller.ts';
import { ScheduleRunner } from './schedule-runner.ts';

export interface EventSources {
  readonly queues: readonly QueueSource[];
  readonly schedules: readonly Schedule[];
  /** The functions, for the credentials of their roles. */
  readonly functions: readonly FunctionDefinition[];
}

interface Running {
  readonly of: unknown;
  stop(): Promise<void>;
}

/** What invokes functions besides the API. */
export class EventSourceSet {
  readonly #functionFor: (arn: string) => FunctionHost | undefined;
  readonly #onLog: (line: string) => void;
  #running: readonly Running[] = [];

  constructor(functionFor: (arn: string) => FunctionHost | undefined, onLog: (line: string) => void) {
    this.#functionFor = functionFor;
    this.#onLog = onLog;
  }

  /** Ends those that are gone or changed and starts those that are new. */
  async apply({ queues, schedules, functions }: EventSources): Promise<void> {
    const wanted = [
      ...queues.map((source) => ({ of: source, start: () => this.#startPoller(source, functions) })),
      ...schedules.map((schedule) => ({ of: schedule, start: () => this.#startSchedule(schedule) })),
    ];
    const staying = this.#running.filter(({ of }) => wanted.some((one) => isDeepStrictEqual(one.of, of)));
    await Promise.all(this.#running.filter((one) => !staying.includes(one)).map((one) => one.stop()));
    const started = wanted
      .filter((one) => !staying.some(({ of }) => isDeepStrictEqual(one.of, of)))
      .map(({ of, start }) => ({ of, ...start() }));
    this.#running = [...staying, ...started];
  }

  /** Ends all and waits for the invocations under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop()));
    this.#running = [];
  }

  #startPoller(source: QueueSource, functions: readonly FunctionDefinition[]) {
    const definition = functions.find(({ arn }) => source.functionArn.startsWith(arn));
    const { environment = {}, region = '' } = definition ?? {};
    const client = new QueueClient({
      queueUrl: source.queueUrl,
      region,
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
        sessionToken: environment.AWS_SESSION_TOKEN ?? '',
      },
    });
    const poller = new QueuePoller({
      source,
      client,
      invoke: this.#invoker(source.functionArn),
      onLog: this.#onLog,
    });
    poller.start();
    return { stop: () => poller.stop() };
  }

  #startSchedule(schedule: Schedule) {
    const runner = new ScheduleRunner({
      schedule,
      invoke: this.#invoker(schedule.functionArn),
      onLog: this.#onLog,
    });
    runner.start();
    return { stop: () => runner.stop() };
  }

  #invoker(functionArn: string) {
    return async (event: unknown): Promise<unknown> => {
      const host = this.#functionFor(functionArn);
      if (!host) throw new Error(`there is no function ${functionArn}`);
      return await host.invoke(event);
    };
  }
}
