/** Signals by which a terminal, a supervisor or npm asks a process to end. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes a Ctrl-C on that the terminal has sent already, so two signals this close together are one. */
const SAME_MS = 250;

/** What a shell reports for a process that SIGINT ended. */
const EXIT_CODE = 130;

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Leaves signals to their default effect again. */
  dispose(): void;
}

/** Turns the first signal into an orderly end, and the second into one at once. */
export function watchForInterruption(exit: (code: number) => void = process.exit): Interruption {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = now;
      controller.abort();
    } else if (now - firstAtMs > SAME_MS) {
      exit(EXIT_CODE);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
