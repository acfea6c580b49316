import { describe, expect, it } from 'vitest';
import type { GatewayResponseDefinition } from '../../../../lib/local/api-gateway/rest-api-definition.ts';
import { apiOf, route, send, startApi, streaming } from './support/start-api.ts';

const failing = streaming('throw new Error("no");');

function response(
  responseType: string,
  overrides: Partial<GatewayResponseDefinition> = {},
): GatewayResponseDefinition {
  return { responseType, templates: {}, headers: {}, ...overrides };
}

async function answerOf(
  path: string,
  gatewayResponses: readonly GatewayResponseDefinition[],
  routes = [route('/known')],
) {
  const { url } = await startApi(failing, { definition: () => apiOf({ routes, gatewayResponses }) });
  return send(url + path, { headers: { 'x-caller': 'me' } });
}

describe('what the API answers by itself', () => {
  it("is API Gateway's own 403 for a path without a route", async () => {
    const answer = await answerOf('/unknown', []);
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-errortype': 'MissingAuthenticationTokenException',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-amz-apigw-id': expect.stringMatching(/=$/),
    });
    expect(answer.body).toBe('{"message":"Missing Authentication Token"}');
  });

  it("is API Gateway's own 502 for a function that fails", async () => {
    const answer = await answerOf('/known', []);
    expect(answer.status).toBe(502);
    expect(answer.body).toBe('{"message":"Internal server error"}');
  });

  it('is a 500 for a route to a function that is not there', async () => {
    const answer = await answerOf('/known', [], [route('/known', { functionArn: 'arn:none' })]);
    expect(answer.status).toBe(500);
  });

  const own = { templates: { 'application/json': '{"own":true}' } };
  it.each<[string, string, readonly GatewayResponseDefinition[], number, string]>([
    [
      'the one of its type',
      '/unknown',
      [response('DEFAULT_4XX'), response('MISSING_AUTHENTICATION_TOKEN', { ...own, statusCode: 404 })],
      404,
      '{"own":true}',
    ],
    [
      'the default of its class, with its own status',
      '/unknown',
      [response('DEFAULT_4XX', own), response('DEFAULT_5XX')],
      403,
      '{"own":true}',
    ],
    [
      'the default for failures',
      '/known',
      [response('DEFAULT_4XX'), response('DEFAULT_5XX', own)],
      502,
      '{"own":true}',
    ],
    [
      'the one for failures of the function',
      '/known',
      [response('DEFAULT_5XX'), response('INTEGRATION_FAILURE', { ...own, statusCode: 503 })],
      503,
      '{"own":true}',
    ],
    [
      "API Gateway's body with another status",
      '/unknown',
      [response('DEFAULT_4XX', { statusCode: 410 })],
      410,
      '{"message":"Missing Authentication Token"}',
    ],
  ])('is %s', async (_, path, responses, status, body) => {
    const answer = await answerOf(path, responses);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('has the variables of its templates and headers filled in', async () => {
    const answer = await answerOf('/unknown/path?key=secret', [
      response('DEFAULT_4XX', {
        templates: {
          'application/json':
            '{"text":"$context.error.message","quoted":$context.error.messageString,"type":"$context.error.responseType","path":"$context.path","id":"$context.requestId","unknown":"$context.nothing"}',
        },
        headers: {
          'x-request-id': 'context.requestId',
          'retry-after': "'7'",
          'x-plain': 'plain',
          'x-caller': 'method.request.header.X-Caller',
          'content-type': "'application/problem+json'",
        },
      }),
    ]);
    const id = answer.headers['x-amzn-requestid'];
    expect(JSON.parse(answer.body)).toEqual({
      text: 'Missing Authentication Token',
      quoted: 'Missing Authentication Token',
      type: 'MISSING_AUTHENTICATION_TOKEN',
      path: '/unknown/path',
      id,
      unknown: '$context.nothing',
    });
    expect(answer.headers).toMatchObject({
      'x-request-id': id,
      'retry-after': '7',
      'x-plain': 'plain',
      'x-caller': 'me',
      'content-type': 'application/problem+json',
    });
  });

  it('follows a definition that changes', async () => {
    let definition = apiOf({ routes: [] });
    const { url } = await startApi(failing, { definition: () => definition });
    expect((await send(url)).status).toBe(403);
    definition = apiOf();
    expect((await send(url)).status).toBe(502);
  });
});
