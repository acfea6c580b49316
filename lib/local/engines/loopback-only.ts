import { Server } from 'node:net';

/** The address on which everything in this thread listens. */
export const LOOPBACK = '127.0.0.1';

/**
 * Makes every server of this thread listen on loopback, whatever it asks for: fauxqs listens on all interfaces and has no
 * setting for it.
 *
 * @param onRedirected - called with a server that asked for something else, before it listens
 */
export function listenOnLoopbackOnly(onRedirected: (server: Server) => void = () => undefined): void {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...parameters: unknown[]): Server {
    const [options, ...rest] = parameters;
    const asked =
      typeof options === 'object' && options !== null && 'host' in options ? options.host : rest[0];
    if (asked !== LOOPBACK) onRedirected(this);
    const onLoopback =
      typeof options === 'object' && options !== null
        ? [{ ...options, host: LOOPBACK }, ...rest]
        : [{ port: options, host: LOOPBACK }, ...rest.filter((argument) => typeof argument === 'function')];
    return Reflect.apply(listen, this, onLoopback);
  };
}
