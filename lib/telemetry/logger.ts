/** Facts that make a log line useful. Never a key, a prompt or an answer. */
export type LogFields = { readonly [name: string]: unknown };

function write(level: 'info' | 'warn' | 'error', message: string, fields: LogFields): void {
  console[level](JSON.stringify({ level, message, ...fields }));
}

/** Writes one JSON object per line, as CloudWatch Logs Insights reads it. */
export const log = {
  info: (message: string, fields: LogFields = {}) => write('info', message, fields),
  warn: (message: string, fields: LogFields = {}) => write('warn', message, fields),
  error: (message: string, fields: LogFields = {}) => write('error', message, fields),
};

/** What may be logged of an error: its name, message and stack, and those of its causes. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  return {
    error: `${error.name}: ${error.message}`,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
