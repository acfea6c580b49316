import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** What AWS answers on the wire. `never` accepts the request and says nothing. */
export type FakeAnswer =
  | { readonly status?: number; readonly json: object }
  | { readonly status?: number; readonly xml: string }
  | 'never';

/** Answers by `service operation`, such as `ssm GetParameter`, or by `service METHOD /path` for REST services. */
export type FakeAnswers = Readonly<Record<string, FakeAnswer | ((body: string) => FakeAnswer)>>;

export interface FakeAws {
  /** What was called, in the form of the answers' names. */
  readonly calls: string[];
  /** Who called: the access key, and the session's token where there is one. */
  readonly callers: string[];
}

/**
 * AWS's services at the wire, on loopback, and the environment that sends the SDK there, until the test ends. What has no
 * answer is denied, as an account does.
 */
export async function startFakeAws(answers: FakeAnswers): Promise<FakeAws> {
  const calls: string[] = [];
  const callers: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const call = nameCall(request, body);
    calls.push(call);
    callers.push(nameCaller(request));
    const answer = answers[call] ?? denied(call);
    reply(response, typeof answer === 'function' ? answer(body) : answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  return { calls, callers };
}

/** An error as services with JSON on the wire write it. */
export function awsError(type: string, message: string, status = 400): FakeAnswer {
  return { status, json: { __type: type, message } };
}

/** An error as services with the query protocol write it. */
export function queryError(code: string, message: string, status = 400): FakeAnswer {
  return {
    status,
    xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}

function denied(call: string): FakeAnswer {
  const [service = '', operation = ''] = call.split(' ');
  const message = `User: arn:aws:iam::111122223333:user/someone is not authorized to perform: ${service}:${operation}`;
  return ['sts', 'cloudformation'].includes(service)
    ? queryError('AccessDenied', message, 403)
    : awsError('AccessDeniedException', message);
}

function nameCall(request: IncomingMessage, body: string): string {
  // Credential=AKID/20261123/eu-west-1/ssm/aws4_request
  const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  const target = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const action = new URLSearchParams(body).get('Action');
  return `${service} ${target || action || `${request.method} ${decodeURIComponent(request.url ?? '')}`}`;
}

function nameCaller({ headers }: IncomingMessage): string {
  const accessKeyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1];
  return [accessKeyId, headers['x-amz-security-token']].filter(Boolean).join(' ');
}

function reply(response: ServerResponse, answer: FakeAnswer): void {
  if (answer === 'never') return;
  const xml = 'xml' in answer;
  const type = xml ? undefined : (answer.json as { readonly __type?: string }).__type;
  response.writeHead(answer.status ?? 200, {
    'content-type': xml ? 'text/xml' : 'application/json',
    // REST services name an error here.
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  });
  response.end(xml ? answer.xml : JSON.stringify(answer.json));
}
