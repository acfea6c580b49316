import { describe, expect, it } from 'vitest';
import type { Route } from '../../../lib/gateway/route.ts';
import { RouteTable } from '../../../lib/gateway/route-table.ts';

const route = (method: Route['method'], path: string, more: Partial<Route> = {}): Route => ({
  method,
  path,
  operationId: `${method}${path}`,
  summary: '',
  access: 'caller',
  response: { status: 200, description: '' },
  handle: async () => ({ status: 200, headers: {}, body: '' }),
  ...more,
});

const table = new RouteTable([
  route('GET', '/v1/models'),
  route('GET', '/v1/models/{model}', { slashesInLastPart: true }),
  route('POST', '/v1/projects/{project_id}'),
  route('GET', '/v1/projects/{project_id}/keys/{key_id}'),
  route('DELETE', '/v1/projects/{project_id}/keys/{key_id}'),
]);

describe('RouteTable', () => {
  it.each([
    ['GET', '/v1/models', '/v1/models', {}],
    ['GET', '/v1/models/a%2Fb', '/v1/models/{model}', { model: 'a/b' }],
    ['GET', '/v1/models/a/b', '/v1/models/{model}', { model: 'a/b' }],
    ['GET', '/v1/models/%zz', '/v1/models/{model}', { model: '%zz' }],
    [
      'DELETE',
      '/v1/projects/p/keys/k',
      '/v1/projects/{project_id}/keys/{key_id}',
      { project_id: 'p', key_id: 'k' },
    ],
    ['POST', '/v1/projects/a%23b', '/v1/projects/{project_id}', { project_id: 'a#b' }],
  ])('finds %s %s', (method, path, found, parameters) => {
    const result = table.find({ method, path });
    expect([result?.route.path, result?.parameters]).toEqual([found, parameters]);
  });

  it.each([
    ['GET', '/v1/projects/p'],
    ['POST', '/v1/models'],
    ['GET', '/v1/projects/p/keys/k/more'],
    ['GET', '/V1/models'],
    ['PATCH', '/v1/models'],
  ])('finds nothing for %s %s', (method, path) => {
    expect(table.find({ method, path })).toBeUndefined();
  });

  it('tells the methods of a path', () => {
    expect(table.methodsOf('/v1/projects/p/keys/k')).toEqual(['GET', 'DELETE']);
    expect(table.methodsOf('/v1/nothing')).toEqual([]);
  });
});
