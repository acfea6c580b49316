import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopbackOnly } from '../../../../lib/local/engines/loopback-only.ts';

const listen = Server.prototype.listen;

describe('a server of the engines listens on loopback', () => {
  beforeAll(() => listenOnLoopbackOnly());
  afterAll(() => {
    Server.prototype.listen = listen;
  });

  it.each<[string, unknown[]]>([
    ['when it asks for all interfaces', [{ port: 0, host: '0.0.0.0' }]],
    ['when it asks for none', [{ port: 0 }]],
    ['when it gives a port alone', [0]],
    ['when it gives a port and a host', [0, '0.0.0.0']],
  ])('%s', async (_what, parameters) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    Reflect.apply(server.listen, server, parameters);
    await once(server, 'listening');
    expect(server.address()).toMatchObject({ address: '127.0.0.1' });
  });

  it('and still calls back', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  });
});
