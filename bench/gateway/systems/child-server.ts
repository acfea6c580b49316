import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a served process tells when it can be used, and what its parent may ask it afterwards. */
interface Envelope {
  readonly kind: 'ready' | 'answer' | 'failed';
  readonly value: unknown;
}

/** A server that runs in a process of its own. */
export interface ChildServer<Ready> {
  /** What it told when it was ready. */
  readonly ready: Ready;
  /**
   * Asks it one of its questions; one at a time.
   *
   * @throws Error with the process's own message where it cannot answer
   */
  ask<Answer>(question: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** The longest that a process may take from a request to end until it is killed. */
const stopGraceMs = 10_000;

/**
 * Starts `module` in a process and waits until it calls `serve`.
 *
 * @param environment - variables beside this process's own
 * @throws Error with what the process wrote where it ends before that
 */
export async function startChildServer<Ready>(
  module: URL,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ChildServer<Ready>> {
  const child = fork(fileURLToPath(module), args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  const lastOutput = keepLastOutput(child);
  const next = () => nextEnvelope(child, () => `${module.pathname} ended:\n${lastOutput()}`);
  const ready = (await next()) as Ready;
  return {
    ready,
    async ask<Answer>(question: string) {
      child.send(question);
      return (await next()) as Answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      const killing = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
      await exited;
      clearTimeout(killing);
    },
  };
}

/**
 * In the served process: tells the parent that it is ready, and answers its questions from then on.
 *
 * @param answers - by question
 */
export function serve(
  ready: unknown,
  answers: Readonly<Record<string, () => unknown | Promise<unknown>>>,
): void {
  process.on('message', (question) => {
    void (async () => {
      try {
        const answer = answers[String(question)];
        if (!answer) throw new Error(`no answer to ${String(question)}`);
        send({ kind: 'answer', value: await answer() });
      } catch (error) {
        send({ kind: 'failed', value: error instanceof Error ? error.stack : String(error) });
      }
    })();
  });
  // The parent may end without saying so. Ctrl-C reaches the whole group: the parent's end then ends this process.
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined);
  send({ kind: 'ready', value: ready });
}

function send(envelope: Envelope): void {
  process.send?.(envelope);
}

async function nextEnvelope(child: ChildProcess, ended: () => string): Promise<unknown> {
  const waiting = new AbortController();
  const exit = once(child, 'exit', { signal: waiting.signal }).then(() => {
    throw new Error(ended());
  });
  try {
    const [envelope] = (await Promise.race([once(child, 'message', { signal: waiting.signal }), exit])) as [
      Envelope,
    ];
    if (envelope.kind === 'failed') throw new Error(String(envelope.value));
    return envelope.value;
  } finally {
    exit.catch(() => undefined);
    waiting.abort();
  }
}

/** Drains what a process writes, which would otherwise block it, and keeps the end of it for an error message. */
function keepLastOutput(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  }
  return () => output;
}
