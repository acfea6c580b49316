import { createServer } from 'node:net';
import { explain, RuntimeError } from './runtime-error.ts';

/**
 * Finds out before the slow part of the start whether the runtime will be able to listen.
 *
 * @throws RuntimeError `port-taken` or `port-unusable`
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    throw describeListenError(error, host, port);
  }
  await new Promise((resolve) => server.close(resolve));
}

/** What it means that a server cannot listen. */
export function describeListenError(error: unknown, host: string, port: number): RuntimeError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new RuntimeError('port-taken', `port ${port} on ${host} is taken by another program`, error);
  }
  return new RuntimeError(
    'port-unusable',
    `cannot listen on port ${port} of ${host}: ${explain(error)}`,
    error,
  );
}
