import type { RequestOptions } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { RestApiDefinition } from '../../../../lib/local/api-gateway/rest-api-definition.ts';
import { apiOf, route, send, startApi, streaming } from './support/start-api.ts';

const echo = streaming(
  'const body = respond({ statusCode: 200 }); body.write(JSON.stringify(event)); body.end();',
);

/** The event that the function gets for a request. */
async function eventOf(
  path: string,
  options: RequestOptions = {},
  body?: string | Buffer,
  definition: RestApiDefinition = apiOf(),
): Promise<APIGatewayProxyEvent & { port: number }> {
  const { url, api } = await startApi(echo, { definition: () => definition });
  const answer = await send(url + path, options, body);
  return { ...JSON.parse(answer.body), port: api.port };
}

describe('the event of a request', () => {
  it('has the shape of a REST API proxy event', async () => {
    const definition = apiOf({ routes: [route('/v1/models/{id}')] });
    const { port, ...event } = await eventOf(
      '/v1/models/gpt%204?limit=1&limit=2&q=a%20b',
      {
        method: 'PUT',
        headers: { 'X-Custom-CASE': 'Kept', 'user-agent': 'test', 'content-type': 'text/plain' },
      },
      'hello',
      definition,
    );
    expect(event).toEqual({
      resource: '/v1/models/{id}',
      path: '/v1/models/gpt%204',
      httpMethod: 'PUT',
      headers: {
        'X-Custom-CASE': 'Kept',
        'user-agent': 'test',
        'content-type': 'text/plain',
        'Content-Length': '5',
        Host: `127.0.0.1:${port}`,
        'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Port': String(port),
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: expect.objectContaining({ 'X-Custom-CASE': ['Kept'], Host: [`127.0.0.1:${port}`] }),
      queryStringParameters: { limit: '2', q: 'a b' },
      multiValueQueryStringParameters: { limit: ['1', '2'], q: ['a b'] },
      pathParameters: { id: 'gpt 4' },
      stageVariables: null,
      requestContext: {
        accountId: '123456789012',
        apiId: 'a1b2c3d4e5',
        domainName: '127.0.0.1',
        domainPrefix: '127',
        extendedRequestId: expect.stringMatching(/^.{15}=$/),
        httpMethod: 'PUT',
        identity: {
          accessKey: null,
          accountId: null,
          apiKey: null,
          apiKeyId: null,
          caller: null,
          clientCert: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: null,
          userAgent: 'test',
          userArn: null,
        },
        path: '/v1/models/gpt%204',
        protocol: 'HTTP/1.1',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
        resourceId: expect.stringMatching(/^[0-9a-z]{6}$/),
        resourcePath: '/v1/models/{id}',
        stage: 'prod',
      },
      body: 'hello',
      isBase64Encoded: false,
    });
  });

  it('has null for what the request lacks', async () => {
    const event = await eventOf('/', { headers: {} });
    expect(event).toMatchObject({
      body: null,
      isBase64Encoded: false,
      pathParameters: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { identity: { userAgent: null } },
    });
  });

  it('has the last value of a repeated header, and all of them in the list', async () => {
    const event = await eventOf('/', { headers: { 'X-Many': ['1', '2'] } });
    expect(event.headers['X-Many']).toBe('2');
    expect(event.multiValueHeaders['X-Many']).toEqual(['1', '2']);
  });

  it('has the addresses that the request passed, the last one added', async () => {
    const event = await eventOf('/', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(event.headers['X-Forwarded-For']).toBe('203.0.113.9, 127.0.0.1');
    expect(event.headers['x-forwarded-for']).toBeUndefined();
    expect(event.requestContext.identity.sourceIp).toBe('127.0.0.1');
  });

  it("has API Gateway's word on how the request came, not the caller's", async () => {
    const { headers } = await eventOf('/', {
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' },
    });
    expect(headers['x-forwarded-proto'] ?? headers['x-forwarded-port']).toBeUndefined();
    expect(headers['X-Forwarded-Proto']).toBe('http');
  });

  it('lacks the headers that concern one connection', async () => {
    const headers = {
      Connection: 'x-hop, close',
      'X-Hop': '1',
      TE: 'trailers',
      'Proxy-Authorization': 'secret',
      'X-End': '1',
    };
    const event = await eventOf('/', { headers });
    const names = Object.keys(event.headers).map((name) => name.toLowerCase());
    expect(names).toContain('x-end');
    for (const name of ['connection', 'x-hop', 'te', 'proxy-authorization'])
      expect(names).not.toContain(name);
  });

  it('takes names that are special in JavaScript for names', async () => {
    const event = await eventOf('/?__proto__=1&constructor=2', {
      headers: { ['__proto__']: 'x', toString: 'y' },
    });
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
  it.each<[string, string, Buffer, readonly string[], boolean]>([
    ['text', 'application/json', Buffer.from('{"a":"ü✓"}'), [], false],
    [
      'text of a declared binary type',
      'image/svg+xml; charset=utf-8',
      Buffer.from('<svg/>'),
      ['image/svg+xml'],
      true,
    ],
    ['text where all is declared binary', 'text/plain', Buffer.from('text'), ['*/*'], true],
    ['bytes that are no UTF-8', 'application/octet-stream', png, [], true],
    ['bytes of a declared type', 'image/png', png, ['image/png'], true],
  ])('carries %s', async (_, contentType, body, binaryMediaTypes, isBase64Encoded) => {
    const options = { method: 'POST', headers: { 'content-type': contentType } };
    const event = await eventOf('/', options, body, apiOf({ binaryMediaTypes }));
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body ?? '', isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('carries a body that came in chunks', async () => {
    const event = await eventOf(
      '/',
      { method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
      'in chunks',
    );
    expect(event.body).toBe('in chunks');
    expect(Object.keys(event.headers).map((name) => name.toLowerCase())).not.toContain('transfer-encoding');
  });

  it('has the path of a request that a proxy sends with the whole URL', async () => {
    const event = await eventOf('/', { path: 'http://api.example.com/v1/models?a=1' });
    expect(event).toMatchObject({ path: '/v1/models', queryStringParameters: { a: '1' } });
  });
});
