import { describe, expect, it } from 'vitest';
import { Router } from '../../../../lib/local/api-gateway/router.ts';
import { route } from './support/start-api.ts';

const router = new Router(
  [
    ['ANY', '/'],
    ['GET', '/v1/models'],
    ['ANY', '/v1/models'],
    ['GET', '/v1/models/{id}'],
    ['GET', '/v1/models/default'],
    ['POST', '/v1/{proxy+}'],
    ['GET', '/users/{user}/keys/{key}'],
    ['GET', '/users/me/{proxy+}'],
    ['GET', '/users/me/profile/picture'],
    ['ANY', '/files/{proxy+}'],
    ['PUT', '/files/{name}'],
  ].map(([httpMethod = '', resourcePath = '']) => route(resourcePath, { httpMethod })),
);

describe('Router', () => {
  it.each([
    ['GET', '/', 'ANY /', null],
    ['GET', '/v1/models', 'GET /v1/models', null],
    ['GET', '/v1/models/', 'GET /v1/models', null],
    ['DELETE', '/v1/models', 'ANY /v1/models', null],
    ['GET', '/v1/models/gpt', 'GET /v1/models/{id}', { id: 'gpt' }],
    ['GET', '/v1/models/a%2Fb%20c', 'GET /v1/models/{id}', { id: 'a/b c' }],
    ['GET', '/v1/models/100%', 'GET /v1/models/{id}', { id: '100%' }],
    ['GET', '/v1/models/default', 'GET /v1/models/default', null],
    ['POST', '/v1/chat/completions', 'POST /v1/{proxy+}', { proxy: 'chat/completions' }],
    ['POST', '/v1/models/gpt/deep', 'POST /v1/{proxy+}', { proxy: 'models/gpt/deep' }],
    ['GET', '/users/me/keys/1', 'GET /users/me/{proxy+}', { proxy: 'keys/1' }],
    ['GET', '/users/you/keys/1', 'GET /users/{user}/keys/{key}', { user: 'you', key: '1' }],
    ['GET', '/users/me/profile/picture', 'GET /users/me/profile/picture', null],
    ['GET', '/users/me/profile/name', 'GET /users/me/{proxy+}', { proxy: 'profile/name' }],
    ['PUT', '/files/a', 'PUT /files/{name}', { name: 'a' }],
    ['PUT', '/files/a/b', 'ANY /files/{proxy+}', { proxy: 'a/b' }],
  ])('finds for %s %s the route %s', (method, path, expected, parameters) => {
    const match = router.match(method, path);
    expect(`${match?.route.httpMethod} ${match?.route.resourcePath}`).toBe(expected);
    expect(match?.pathParameters).toEqual(parameters);
  });

  it.each([
    ['GET', '/v2', 'no resource has it'],
    ['GET', '/v1', 'it is only the beginning of resources'],
    ['POST', '/v1', 'a greedy parameter takes at least one segment'],
    ['POST', '/v1/models/gpt', 'its resource has other methods'],
    ['GET', '/files/a', 'its resource has other methods, though a greedy one has any'],
    ['GET', '/V1/models', 'paths are case-sensitive'],
    ['OPTIONS', '*', 'it is no path'],
  ])('finds nothing for %s %s, as %s', (method, path) => {
    expect(router.match(method, path)).toBeUndefined();
  });
});
