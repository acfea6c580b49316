import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessTable } from '../../../../lib/local/access/access-table.ts';
import { Enforcer } from '../../../../lib/local/access/enforcer.ts';
import { sageMakerRuntime } from '../../../../lib/local/aws-forwarder/model-services.ts';
import { startAwsForwarder } from '../../../../lib/local/aws-forwarder/start-aws-forwarder.ts';
import type { Engine } from '../../../../lib/local/engines/engine.ts';
import { SessionRegistry } from '../../../../lib/local/sts/session-registry.ts';
import { signBearerToken } from '../../../../lib/models/providers/sagemaker/sign-bearer-token.ts';

const account = '000000000000';
const region = 'eu-west-1';
const roleArn = `arn:aws:iam::${account}:role/function`;
const operator = { AWS_ACCESS_KEY_ID: 'AKIAOPERATOR', AWS_SECRET_ACCESS_KEY: 'operator-secret' };

const table: AccessTable = {
  accountId: account,
  region: 'us-east-1',
  roles: [
    {
      arn: roleArn,
      name: 'function',
      id: 'AROA1',
      tags: {},
      trust: { name: 'trust', document: { Statement: [] } },
      identity: [
        {
          name: 'policy',
          document: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'sagemaker:InvokeEndpoint',
                Resource: `arn:aws:sagemaker:${region}:${account}:endpoint/mine`,
              },
              { Effect: 'Allow', Action: 'sagemaker:CallWithBearerToken', Resource: '*' },
            ],
          },
        },
      ],
    },
  ],
  resources: [],
};

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

let upstream: Server;
let received: Received[] = [];
const started: Engine[] = [];
const sessions = new SessionRegistry();
const enforcer = new Enforcer(table, (id) => sessions.find(id));
const denials: string[] = [];

beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ request, body: Buffer.concat(chunks) });
    response.writeHead(200, { 'content-type': 'application/json', 'x-upstream': 'yes' });
    response.write('{"answer":');
    response.end('"hello"}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await Promise.all(started.map((engine) => engine.stop()));
  upstream.closeAllConnections();
  upstream.close();
});

beforeEach(() => {
  received = [];
  denials.length = 0;
});

async function start(environment: NodeJS.ProcessEnv = operator): Promise<string> {
  const engine = await startAwsForwarder({
    service: sageMakerRuntime,
    enforcer: () => enforcer,
    onDenied: ({ message }) => denials.push(message),
    environment: {
      ...environment,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    },
  });
  started.push(engine);
  return engine.endpoint;
}

function openSession() {
  return sessions.open({
    roleArn,
    sessionName: 'test',
    accountId: account,
    tags: {},
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  });
}

function invoke(endpoint: string, EndpointName: string, Body = Buffer.from('{"a":"\u00e9"}')) {
  const client = new SageMakerRuntimeClient({ endpoint, region, credentials: openSession(), maxAttempts: 1 });
  return client.send(new InvokeEndpointCommand({ EndpointName, Body, ContentType: 'application/json' }));
}

describe('a call that the role allows', () => {
  it('reaches the service with its body and comes back with its answer', async () => {
    const body = Buffer.from(JSON.stringify({ text: 'é'.repeat(50_000) }));
    const { Body: answer } = await invoke(await start(), 'mine', body);
    expect(Buffer.from(answer ?? []).toString()).toBe('{"answer":"hello"}');
    expect(received[0]?.request.url).toBe('/endpoints/mine/invocations');
    expect(received[0]?.body.equals(body)).toBe(true);
  });

  it('is signed by the person, for the region of the call', async () => {
    const base = await start();
    await invoke(base, 'mine');
    const { headers, method = '', url = '' } = received[0]?.request ?? ({} as IncomingMessage);
    const client = new SageMakerRuntimeClient({ region });
    const signer = new SignatureV4({
      service: 'sagemaker',
      region,
      credentials: {
        accessKeyId: operator.AWS_ACCESS_KEY_ID,
        secretAccessKey: operator.AWS_SECRET_ACCESS_KEY,
      },
      sha256: client.config.sha256,
    });
    const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const signed = names.split(';').filter((name) => !name.startsWith('x-amz-date'));
    const again = await signer.sign(
      {
        method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: url,
        headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
        body: received[0]?.body,
      },
      { signingDate: toDate(String(headers['x-amz-date'])) },
    );
    expect(again.headers.authorization).toBe(headers.authorization);
    expect(headers['x-amz-security-token']).toBeUndefined();
  });

  it('by a bearer token gets a token of the person', async () => {
    const credentials = openSession();
    const { sha256 } = new SageMakerRuntimeClient({ region }).config;
    const token = await signBearerToken({
      region,
      credentials,
      signingDate: new Date(),
      expiresInSeconds: 900,
      sha256,
    });
    const answer = await fetch(`${await start()}/endpoints/mine/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-upstream')).toBe('yes');
    const sent = String(received[0]?.request.headers.authorization).replace('Bearer sagemaker-api-key-', '');
    expect(Buffer.from(sent, 'base64').toString()).toContain('X-Amz-Credential=AKIAOPERATOR');
  });
});

describe('a call that the role does not allow', () => {
  it('is refused as AWS does and goes nowhere', async () => {
    const call = invoke(await start(), 'theirs');
    await expect(call).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(received).toEqual([]);
    expect(denials).toEqual([
      expect.stringContaining(
        `not authorized to perform: sagemaker:InvokeEndpoint on resource: arn:aws:sagemaker:${region}:${account}:endpoint/theirs`,
      ),
    ]);
  });

  it('is refused where nobody signed it, and where it is not known', async () => {
    const base = await start();
    const unsigned = await fetch(`${base}/endpoints/mine/invocations`, { method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(403);
    const { accessKeyId, sessionToken } = openSession();
    const unknown = await fetch(`${base}/endpoints/mine/%2e%2e/theirs/invocations`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/sagemaker/aws4_request, SignedHeaders=host, Signature=0`,
        'x-amz-security-token': sessionToken,
      },
      body: '{}',
    });
    expect(unknown.status).toBe(403);
    expect(received).toEqual([]);
  });
});

describe('a region that is none', () => {
  it('does not become part of a host to which the person’s signature is sent', async () => {
    const { accessKeyId, sessionToken } = openSession();
    const answer = await fetch(`${await start()}/endpoints/mine/invocations`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/x.evil.example/sagemaker/aws4_request, SignedHeaders=host, Signature=0`,
        'x-amz-security-token': sessionToken,
      },
      body: '{}',
    });
    expect(answer.status).toBe(403);
    expect(received).toEqual([]);
  });
});

describe('without credentials of the person', () => {
  it('the message says what to set', async () => {
    const nothing = { AWS_EC2_METADATA_DISABLED: 'true', AWS_PROFILE: 'there-is-no-such-profile' };
    await expect(invoke(await start(nothing), 'mine')).rejects.toThrow(
      /set AWS_PROFILE, or AWS_ACCESS_KEY_ID/,
    );
  });
});

/** `20260101T000000Z` as a date. */
function toDate(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
