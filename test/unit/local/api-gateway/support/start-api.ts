import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type {
  RestApiDefinition,
  RestApiRoute,
} from '../../../../../lib/local/api-gateway/rest-api-definition.ts';
import {
  type ApiGateway,
  type ApiGatewayOptions,
  startApiGateway,
} from '../../../../../lib/local/api-gateway/start-api-gateway.ts';
import type { FunctionDefinition } from '../../../../../lib/local/functions/function-definition.ts';
import type { FunctionHost } from '../../../../../lib/local/functions/function-host.ts';
import { startFunction } from '../../functions/support/start-function.ts';

export const greeterArn = 'arn:aws:lambda:eu-west-1:123456789012:function:greeter';

/** A method that the function answers, streamed where nothing else is said. */
export function route(resourcePath: string, overrides: Partial<RestApiRoute> = {}): RestApiRoute {
  return {
    httpMethod: 'ANY',
    resourcePath,
    functionArn: greeterArn,
    responseTransferMode: 'STREAM',
    timeoutMs: 30_000,
    ...overrides,
  };
}

export const everyPath: readonly RestApiRoute[] = [route('/'), route('/{proxy+}')];

/** An API with these parts, or with every path handed to the function. */
export function apiOf(overrides: Partial<RestApiDefinition> = {}): RestApiDefinition {
  return {
    apiId: 'a1b2c3d4e5',
    stageName: 'prod',
    accountId: '123456789012',
    routes: everyPath,
    gatewayResponses: [],
    binaryMediaTypes: [],
    ...overrides,
  };
}

export interface StartedApi {
  readonly api: ApiGateway;
  readonly url: string;
  readonly host: FunctionHost;
  /** Lines of the function. */
  readonly log: string[];
  /** Lines of the access log. */
  readonly access: string[];
}

/** Serves an API on the function whose `index.mjs` is given. All ends with the test. */
export async function startApi(
  code: string,
  options: Partial<ApiGatewayOptions> & {
    readonly definition?: () => RestApiDefinition;
    readonly function?: Partial<FunctionDefinition>;
  } = {},
): Promise<StartedApi> {
  const { host, log } = startFunction(code, { graceMs: 200, ...options.function });
  await host.start().catch(() => undefined);
  const access: string[] = [];
  const api = await startApiGateway({
    definition: () => defaultApi,
    functionFor: (arn) => (arn === greeterArn ? host : undefined),
    host: '127.0.0.1',
    port: 0,
    onAccess: (line) => access.push(line),
    graceMs: 200,
    ...options,
  });
  onTestFinished(() => api.stop());
  return { api, url: api.url, host, log, access };
}

const defaultApi = apiOf();

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request by Node's own client, which sends header names as they are written. */
export function send(url: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Waits until the response's connection is gone, in order or not. */
export function closed(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
  });
}

/** A streaming handler whose body is given; `respond(metadata)` makes it an HTTP response. */
export function streaming(code: string): string {
  return `
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
      const respond = (metadata) => awslambda.HttpResponseStream.from(stream, metadata);
      ${code}
    });`;
}
