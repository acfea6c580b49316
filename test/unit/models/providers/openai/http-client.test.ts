import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HttpRequest, postJson } from '../../../../../lib/models/providers/openai/http-client.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
      server.closeAllConnections();
    }
    server.close();
  }
});

async function listen(server: Server, scheme = 'http'): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

const request = (url: string, timeouts: Partial<HttpRequest['timeouts']> = {}): HttpRequest => ({
  url,
  headers: { 'content-type': 'application/json' },
  body: '{}',
  timeouts: { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000, totalMs: 1_000, ...timeouts },
  signal: new AbortController().signal,
  providerName: 'p',
});

const drain = async (pending: ReturnType<typeof postJson>) => Array.fromAsync((await pending).body);

describe('a connection that the server closed while it lay idle', () => {
  /** Answers the first request of every connection and resets it at the second. */
  async function serverThatResets() {
    const seen = new WeakSet<object>();
    let requests = 0;
    const url = await serve((incoming, response) => {
      requests++;
      if (seen.has(incoming.socket)) incoming.socket.resetAndDestroy();
      else response.end('{}');
      seen.add(incoming.socket);
    });
    return { url, requests: () => requests };
  }

  it('is replaced by a new one', async () => {
    const { url, requests } = await serverThatResets();
    await drain(postJson(request(url)));
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2_000);
    expect(await drain(postJson(request(url)))).toHaveLength(1);
    expect(requests()).toBe(3);
  });

  it('is told from one that fails in use: then the request is not sent twice', async () => {
    const { url, requests } = await serverThatResets();
    await drain(postJson(request(url)));
    await expect(postJson(request(url))).rejects.toMatchObject({ errorClass: 'network' });
    expect(requests()).toBe(2);
  });
});

describe('time-outs', () => {
  it('for the connection end a handshake that hangs', async () => {
    const url = await listen(createTcpServer(), 'https');
    await expect(postJson(request(url, { connectMs: 50 }))).rejects.toMatchObject({
      errorClass: 'timeout',
      message: 'p: no sign of the connection within 50 ms',
    });
  });

  it('for the whole end an answer that never stops coming', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const { body } = await postJson(request(url, { totalMs: 100 }));
    body.contentSeen();
    await expect(Array.fromAsync(body)).rejects.toMatchObject({
      errorClass: 'timeout',
      message: 'p: no sign of the whole answer within 100 ms',
    });
  });

  it('between parts do not count while the reader is the slow one', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(2 * 1024 * 1024)));
    const { body } = await postJson(request(url, { idleMs: 50 }));
    body.contentSeen();
    let length = 0;
    for await (const part of body) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 120));
      length += part.length;
    }
    expect(length).toBe(2 * 1024 * 1024);
  });
});

describe('back-pressure', () => {
  it('makes the upstream wait for a slow reader', async () => {
    let written = 0;
    const url = await serve((_, response) => {
      const write = () => {
        do written += 64 * 1024;
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', write);
      write();
    });
    const { body } = await postJson(request(url));
    await body.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // What the two sockets and our own buffer hold; without back-pressure it would be hundreds of megabytes.
    expect(written).toBeLessThan(32 * 1024 * 1024);
    await body.return();
  });
});

describe('a redirect', () => {
  it('is not followed, so that the key stays with the configured host', async () => {
    let paths = 0;
    const url = await serve((_, response) => {
      paths++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await postJson(request(url))).status).toBe(307);
    expect(paths).toBe(1);
  });
});

describe('what cannot be sent or understood', () => {
  it('an invalid header is told without its value', async () => {
    const broken = { ...request('http://127.0.0.1:1/'), headers: { authorization: 'Bearer sk\nsecret' } };
    const error: unknown = await postJson(broken).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ errorClass: 'network' });
    expect(String(error)).not.toContain('secret');
  });

  it('an answer that is not HTTP is malformed', async () => {
    const url = await listen(createTcpServer((socket) => socket.end('220 mail.example.com ESMTP\r\n\r\n')));
    await expect(postJson(request(url))).rejects.toMatchObject({ errorClass: 'malformed' });
  });
});
