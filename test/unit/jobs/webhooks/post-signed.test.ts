import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForbiddenAddress, parseWebhookUrl, postSigned } from '../../../../lib/jobs/webhooks/index.ts';
import { isPublicAddress } from '../../../../lib/jobs/webhooks/public-address.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let server: Server;
let received: Received[];
let answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string> };

beforeEach(async () => {
  received = [];
  answer = () => ({ status: 204 });
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    });
    const { status, headers } = answer(request);
    response.writeHead(status, headers).end('ignored');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function urlOf(host: string): string {
  return `http://${host}:${(server.address() as AddressInfo).port}/hook?x=1`;
}

const message = { id: 'evt_1', body: JSON.stringify({ type: 'budget.exhausted', data: { name: 'ü' } }) };

describe('a webhook', () => {
  it('is signed so that Standard Webhooks verifies it, and not once it is changed', async () => {
    expect(await postSigned({ url: urlOf('127.0.0.1'), secret }, message, { allowLoopback: true })).toBe(204);
    const [{ headers, body }] = received as [Received];
    expect(new Verifier(secret).verify(body, headers)).toEqual(JSON.parse(message.body));
    expect(() => new Verifier(secret).verify(body.replace('ü', 'u'), headers)).toThrow(/No matching/);
    expect(() =>
      new Verifier(`whsec_${Buffer.alloc(24, 8).toString('base64')}`).verify(body, headers),
    ).toThrow();
  });

  it("is unwrapped by OpenAI's client", async () => {
    await postSigned({ url: urlOf('127.0.0.1'), secret }, message, { allowLoopback: true });
    const [{ headers, body }] = received as [Received];
    const client = new OpenAI({ apiKey: 'none', webhookSecret: secret });
    expect(await client.webhooks.unwrap(body, headers)).toEqual(JSON.parse(message.body));
  });

  it('goes to the address that was checked, whatever the name leads to later', async () => {
    let lookups = 0;
    const resolve = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }];
    };
    const url = urlOf('hooks.example.org');
    expect(await postSigned({ url, secret }, message, { allowLoopback: true, resolve })).toBe(204);
    expect(lookups).toBe(1);
    expect(received[0]?.headers.host).toContain('hooks.example.org');
  });

  it('follows no redirect', async () => {
    answer = () => ({ status: 302, headers: { location: urlOf('127.0.0.1') } });
    const url = urlOf('127.0.0.1');
    expect(await postSigned({ url, secret }, message, { allowLoopback: true })).toBe(302);
    expect(received).toHaveLength(1);
  });

  it('is given up when no answer comes', async () => {
    server.removeAllListeners('request');
    await expect(
      postSigned({ url: urlOf('127.0.0.1'), secret }, message, { allowLoopback: true, timeoutMs: 50 }),
    ).rejects.toThrow(/abort/i);
  });

  it.each([
    ['127.0.0.1'],
    ['10.1.2.3'],
    ['169.254.169.254'],
    ['169.254.170.2'],
    ['172.31.0.1'],
    ['192.168.1.1'],
    ['100.64.0.1'],
    ['0.0.0.0'],
    ['224.0.0.1'],
    ['255.255.255.255'],
    ['::1'],
    ['::'],
    ['fd00:ec2::254'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['::ffff:10.0.0.1'],
    ['::ffff:8.8.8.8'],
    ['64:ff9b::a9fe:a9fe'],
    ['2002:a9fe:a9fe::1'],
    ['2001:db8::1'],
    ['ff02::1'],
    ['no address'],
  ])('is not sent to %s', async (address) => {
    expect(isPublicAddress(address)).toBe(false);
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ];
    await expect(
      postSigned({ url: 'https://hooks.example.org/', secret }, message, { resolve }),
    ).rejects.toThrow(ForbiddenAddress);
  });

  it.each([
    ['93.184.216.34'],
    ['8.8.8.8'],
    ['172.32.0.1'],
    ['100.128.0.1'],
    ['2606:4700::1111'],
    ['2a00:1450::1'],
  ])('may be sent to %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['http://example.org/'],
    ['ftp://example.org/'],
    ['https://user:password@example.org/'],
    ['https://localhost/'],
    ['https://printer.local/'],
    ['https://metadata.google.internal/'],
    ['https://127.0.0.1/'],
    // The same address in the forms that URL parsers accept.
    ['https://2130706433/'],
    ['https://0x7f.1/'],
    ['https://0177.0.0.1/'],
    ['https://[::1]/'],
    ['https://[::ffff:169.254.169.254]/'],
    ['not a url'],
    [''],
  ])('may not lead to %s', (url) => {
    expect(() => parseWebhookUrl(url, false)).toThrow(ForbiddenAddress);
  });

  it('may lead to a public name, at any port', () => {
    expect(parseWebhookUrl('https://hooks.example.org:8443/a?b=c', false).port).toBe('8443');
  });
});
