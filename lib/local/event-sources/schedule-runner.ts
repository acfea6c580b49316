import { randomUUID } from 'node:crypto';
import { explain } from '../runtime-error.ts';
import type { Schedule } from './event-source.ts';

export interface ScheduleRunnerOptions {
  readonly schedule: Schedule;
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly onLog: (line: string) => void;
}

/** Invokes a function again and again, first after one period, as EventBridge does. */
export class ScheduleRunner {
  readonly #options: ScheduleRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ScheduleRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#fire(), this.#options.schedule.periodMs).unref();
  }

  /** Fires no more and waits for the invocations under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
  }

  #fire(): void {
    const { schedule, invoke, onLog } = this.#options;
    const run = invoke(scheduledEvent(schedule))
      .then(
        () => undefined,
        (error: unknown) => onLog(`${schedule.logicalId}: the scheduled run failed: ${explain(error)}`),
      )
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function scheduledEvent({ input, ruleArn }: Schedule): unknown {
  if (input !== undefined) return JSON.parse(input);
  const [, , , region, account] = ruleArn.split(':');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: new Date().toISOString().replace(/\.\d+/, ''),
    region,
    resources: [ruleArn],
    detail: {},
  };
}
