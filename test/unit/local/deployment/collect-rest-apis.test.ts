import { describe, expect, it, vi } from 'vitest';
import { collectRestApis } from '../../../../lib/local/deployment/collect-rest-apis.ts';
import type { DeployedResource } from '../../../../lib/local/deployment/deploy-stack.ts';
import { Properties } from '../../../../lib/local/deployment/properties.ts';
import type { JsonObject } from '../../../../lib/local/json.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:answer';

function part(type: string, ref: string, properties: JsonObject): DeployedResource {
  const place = { stack: 'Shop', path: ['Resources', ref, 'Properties'] };
  return {
    stack: 'Shop',
    logicalId: ref,
    type: `AWS::ApiGateway::${type}`,
    ref,
    properties: new Properties(properties, place),
  };
}

function method(resourceId: string, integration: JsonObject, httpMethod = 'ANY'): DeployedResource {
  return part('Method', `method-${resourceId}`, {
    RestApiId: 'api',
    ResourceId: resourceId,
    HttpMethod: httpMethod,
    Integration: integration,
  });
}

const streamed = {
  Uri: `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${functionArn}/response-streaming-invocations`,
  ResponseTransferMode: 'STREAM',
  TimeoutInMillis: 900_000,
};
const buffered = {
  Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}:live/invocations`,
};

function collect(...parts: readonly DeployedResource[]) {
  const warn = vi.fn<(message: string) => void>();
  const apis = collectRestApis(
    [
      part('RestApi', 'api', { BinaryMediaTypes: ['image/png'] }),
      part('RestApi', 'other', {}),
      part('Stage', 'prod', { RestApiId: 'api', StageName: 'prod' }),
      // A child before its parent, as a template may have it.
      part('Resource', 'proxy', { RestApiId: 'api', ParentId: 'v1', PathPart: '{proxy+}' }),
      part('Resource', 'v1', { RestApiId: 'api', ParentId: 'api-root', PathPart: 'v1' }),
      ...parts,
    ],
    { accountId: '000000000000', warn },
  );
  const api = apis.find(({ apiId }) => apiId === 'api');
  return { api, apis, warn };
}

describe('a REST API', () => {
  it('serves each method at the path that its resources lead to', () => {
    const { api, warn } = collect(method('api-root', buffered, 'GET'), method('proxy', streamed));
    expect(api).toMatchObject({
      stageName: 'prod',
      accountId: '000000000000',
      binaryMediaTypes: ['image/png'],
    });
    expect(api?.routes).toEqual([
      {
        httpMethod: 'GET',
        resourcePath: '/',
        functionArn: `${functionArn}:live`,
        responseTransferMode: 'BUFFERED',
        timeoutMs: 29_000,
      },
      {
        httpMethod: 'ANY',
        resourcePath: '/v1/{proxy+}',
        functionArn,
        responseTransferMode: 'STREAM',
        timeoutMs: 900_000,
      },
    ]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('has only its own parts', () => {
    const { apis } = collect(method('api-root', buffered));
    expect(apis.map(({ apiId, routes }) => [apiId, routes.length])).toEqual([
      ['api', 1],
      ['other', 0],
    ]);
  });

  it('leaves out, with a warning, a method that no function answers', () => {
    const { api, warn } = collect(method('v1', { Type: 'MOCK' }), method('nowhere', buffered));
    expect(api?.routes).toEqual([]);
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('Shop.method-v1'),
      expect.stringContaining('Shop.method-nowhere'),
    ]);
  });

  it('answers by itself what its gateway responses say', () => {
    const { api } = collect(
      part('GatewayResponse', 'missing', {
        RestApiId: 'api',
        ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.retry-after': "'1'" },
        ResponseTemplates: { 'application/json': '{}' },
      }),
      part('GatewayResponse', 'default', { RestApiId: 'api', ResponseType: 'DEFAULT_5XX' }),
    );
    expect(api?.gatewayResponses).toEqual([
      {
        responseType: 'MISSING_AUTHENTICATION_TOKEN',
        statusCode: 404,
        templates: { 'application/json': '{}' },
        headers: { 'retry-after': "'1'" },
      },
      { responseType: 'DEFAULT_5XX', templates: {}, headers: {} },
    ]);
  });
});
