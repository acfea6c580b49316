import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { AccessDenied } from '../access/access-denied.ts';
import { callerOf } from '../access/caller.ts';
import type { Enforcer } from '../access/enforcer.ts';
import type { OnDenied } from '../access/guards/new-guard.ts';
import { restJsonRefusal } from '../access/refusals.ts';
import type { Engine } from '../engines/engine.ts';
import { LOOPBACK } from '../engines/loopback-only.ts';
import { readCaller } from '../engines/service-call.ts';
import { callerOfToken, type ModelService } from './model-services.ts';

export interface AwsForwarderOptions {
  readonly service: ModelService;
  readonly enforcer: () => Enforcer;
  readonly onDenied: OnDenied;
  /** The person's shell: its credentials, and where calls go instead of to AWS. */
  readonly environment: NodeJS.ProcessEnv;
}

const regionName = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;

/** Headers of one connection, and those that are signed anew. */
const notForwarded: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/**
 * Stands between functions and a service that only AWS has. What a function may not call is refused as AWS does; what it
 * may is signed anew with the person's own credentials and sent on, and the answer comes back as it is.
 */
export async function startAwsForwarder(options: AwsForwarderOptions): Promise<Engine> {
  const server = createServer((request, response) => {
    forward(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, options, error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    endpoint: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(
  options: AwsForwarderOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, environment } = options;
  const body = await buffer(request);
  const byToken = callerOfToken(request);
  const region = byToken?.region ?? readCaller(request.headers).region;
  // It becomes part of a host's name, to which the person's signature is sent.
  if (!regionName.test(region)) throw new AccessDenied('AccessDenied', 'the call is signed for no region');
  authorize(options, request, region);
  const { OperatorSigner } = await import('./operator-signer.ts');
  const signer = new OperatorSigner(environment);
  const base = environment[service.endpointVariable] || service.endpoint(region);
  const { method = 'GET' } = request;
  const url = new URL(`${base.replace(/\/+$/, '')}${request.url ?? '/'}`);
  const headers = forwardedHeaders(request);
  const signed = byToken
    ? { ...headers, authorization: `Bearer ${await signer.bearerToken(region)}` }
    : await signer.sign({ method, url, headers, body }, service.signingName, region);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const upstream = send(url, { method, headers: { ...signed, 'content-length': body.length } });
  // A caller who leaves ends the call, which is billed as long as it runs.
  response.once('close', () => response.writableFinished || upstream.destroy());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve).once('error', reject);
    upstream.end(body);
  });
  const { connection: _, 'keep-alive': __, ...answerHeaders } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, answerHeaders);
  await pipeline(answer, response);
}

/** @throws AccessDenied */
function authorize(
  { service, enforcer }: AwsForwarderOptions,
  request: IncomingMessage,
  region: string,
): void {
  const rules = enforcer();
  const { method = 'GET', url = '/', headers } = request;
  const caller = callerOfToken(request) ?? callerOf(request);
  rules.authorize(caller, () => {
    const checks = service.checks({ method, url, headers }, { ...rules.scope, region });
    const inRegion = ['aws:requestedregion', [region]] as const;
    if (checks) return checks.map((check) => ({ ...check, context: [inRegion, ...(check.context ?? [])] }));
    throw new AccessDenied('AccessDenied', `the local runtime knows no permission for ${method} ${url}`);
  });
}

function forwardedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !notForwarded.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function refuse(response: ServerResponse, { service, onDenied }: AwsForwarderOptions, error: unknown): void {
  const denied =
    error instanceof AccessDenied ? error : new AccessDenied('AccessDenied', explainFailure(service, error));
  onDenied(denied);
  const { status, headers, body } = restJsonRefusal(denied);
  response.writeHead(error instanceof AccessDenied || isCredentialError(error) ? status : 503, headers);
  response.end(body);
}

function explainFailure({ title, endpointVariable }: ModelService, error: unknown): string {
  if (isCredentialError(error)) {
    return `${title} is called with your own AWS credentials, and the shell has none: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `${title} is not reached (${reason}); ${endpointVariable} names another address`;
}

function isCredentialError(error: unknown): boolean {
  return error instanceof Error && error.name === 'CredentialsProviderError';
}
