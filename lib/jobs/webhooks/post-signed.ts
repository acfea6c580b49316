import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook as Signer } from 'standardwebhooks';
import { isLoopback, isPublicAddress } from './public-address.ts';
import type { Webhook } from './webhook.ts';

/** Where webhooks lead must not be used to reach what only we can reach. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface PostOptions {
  /** Permits http and this machine's own addresses: for tests and for a laptop. @default false */
  readonly allowLoopback?: boolean;
  /** For the whole exchange. @default 10000 */
  readonly timeoutMs?: number;
  /** @default - the system's resolver */
  readonly resolve?: (hostname: string) => Promise<readonly Address[]>;
}

export interface Message {
  /** By this a receiver recognises what it got already. */
  readonly id: string;
  readonly body: string;
}

/**
 * Sends a message to a webhook, signed as Standard Webhooks has it (https://www.standardwebhooks.com). The address is
 * looked up once, checked, and connected to, so that no second answer of a name server leads elsewhere; redirects are not
 * followed, and what is answered is not read.
 *
 * @returns the status of the answer
 * @throws ForbiddenAddress; what the network throws
 */
export async function postSigned(
  { url, secret }: Pick<Webhook, 'url' | 'secret'>,
  { id, body }: Message,
  options: PostOptions = {},
): Promise<number> {
  const { allowLoopback = false, timeoutMs = 10_000, resolve = resolveAll } = options;
  const target = parseWebhookUrl(url, allowLoopback);
  const hostname = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(hostname)
    ? [{ address: hostname, family: isIP(hostname) }]
    : await resolve(hostname);
  const [first] = addresses;
  // All of them: a name with a public and a private address is an attempt, not a mistake.
  const forbidden = addresses.find(
    ({ address }) => !isPublicAddress(address) && !(allowLoopback && isLoopback(address)),
  );
  if (!first || forbidden) throw new ForbiddenAddress(`${target.hostname} leads to no public address`);
  const sentAt = new Date();
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise<number>((resolvePost, reject) => {
    const post = request(
      target,
      {
        method: 'POST',
        agent: false,
        lookup: pinnedTo(first),
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'OpenClaw-Webhooks/1',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': new Signer(secret).sign(id, sentAt, body),
        },
      },
      (answer) => {
        resolvePost(answer.statusCode ?? 0);
        answer.on('error', () => undefined);
        answer.destroy();
      },
    );
    post.on('error', reject);
    post.end(body);
  });
}

/** @throws ForbiddenAddress where the URL is none that a webhook may have */
export function parseWebhookUrl(text: string, allowLoopback: boolean): URL {
  const url = URL.parse(text);
  if (!url) throw new ForbiddenAddress('it is no URL');
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) {
    throw new ForbiddenAddress('it does not begin with https://');
  }
  if (url.username !== '' || url.password !== '') throw new ForbiddenAddress('it contains credentials');
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(hostname) && !isPublicAddress(hostname) && !(allowLoopback && isLoopback(hostname))) {
    throw new ForbiddenAddress('its address is not a public one');
  }
  if (!allowLoopback && /(^|\.)(localhost|local|internal)\.?$/i.test(hostname)) {
    throw new ForbiddenAddress('its name is not a public one');
  }
  return url;
}

async function resolveAll(hostname: string): Promise<readonly Address[]> {
  return await lookup(hostname, { all: true, verbatim: true });
}

function pinnedTo({ address, family }: Address): LookupFunction {
  return (_hostname, { all }, callback) => {
    if (all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
