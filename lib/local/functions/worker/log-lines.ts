import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';

/** The request id of the invocation that the running code belongs to. */
export const currentRequestId = new AsyncLocalStorage<string>();

const levels = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
  warn: 'WARN',
  error: 'ERROR',
} as const;

/** One line as Lambda writes it: time, request id, level and message, with tabs between. */
export function logLine(level: string, message: string): string {
  const requestId = currentRequestId.getStore() ?? '';
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`;
}

/** Sends what the function logs through `console` to `write`. */
export function redirectConsole(write: (line: string) => void): void {
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, {
      [method]: (...values: unknown[]) => write(logLine(level, format(...values))),
    });
  }
}
