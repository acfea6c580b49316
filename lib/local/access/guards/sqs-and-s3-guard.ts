import type { IncomingMessage } from 'node:http';
import { AccessDenied } from '../access-denied.ts';
import { callerOf } from '../caller.ts';
import { s3Checks } from '../calls/s3-calls.ts';
import { sqsChecks } from '../calls/sqs-calls.ts';
import type { Check, ServiceCall } from '../check.ts';
import type { Enforcer } from '../enforcer.ts';
import type { Guard } from '../guard-server.ts';
import { jsonRefusal, queryRefusal, s3Refusal } from '../refusals.ts';
import { newGuard, type OnDenied } from './new-guard.ts';
import { readJsonCall } from './read-json-call.ts';

const deletedKey = /<Key>([^<]*)<\/Key>/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The server takes a bucket out of any other host name, and the guard would have judged another object. */
const ownHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** Guards SQS and S3, which one server serves. SQS is spoken to by its JSON protocol or its older query protocol. */
export function sqsAndS3Guard(enforcer: () => Enforcer, onDenied: OnDenied): Guard {
  return newGuard(
    {
      readsBody: (request) => protocolOf(request) !== 's3' || deletesSeveral(request),
      refusal: (denied, request) => {
        const protocol = protocolOf(request);
        if (protocol === 's3') return s3Refusal(denied);
        return protocol === 'json' ? jsonRefusal(denied, '1.0') : queryRefusal(denied);
      },
      authorize: (request, body) => {
        const rules = enforcer();
        const caller = callerOf(request);
        if (!ownHost.test(request.headers.host ?? '')) {
          throw new AccessDenied('AccessDenied', `the local runtime serves no host ${request.headers.host}`);
        }
        rules.authorize(caller, () =>
          protocolOf(request) === 's3'
            ? objectChecks(request, body, rules)
            : queueChecks(readCall(request, body), rules),
        );
      },
    },
    onDenied,
  );
}

/** As the server tells them apart: queues are at its root, and an object's content type says nothing. */
function protocolOf({ method, url = '/', headers }: IncomingMessage): 'json' | 'query' | 's3' {
  if (method !== 'POST' || url.split('?')[0] !== '/') return 's3';
  return headers['content-type']?.includes('application/x-amz-json') ? 'json' : 'query';
}

function readCall(request: IncomingMessage, body: Buffer): ServiceCall {
  if (protocolOf(request) === 'json') return readJsonCall(request, body);
  const input = Object.fromEntries(new URLSearchParams(body.toString()));
  return { operation: input.Action ?? '', input };
}

function queueChecks(call: ServiceCall, rules: Enforcer): readonly Check[] {
  const checks = sqsChecks(call, rules.scope);
  const queue = checks[0]?.resource ?? '*';
  const access = /^Send/.test(call.operation) ? 'write' : 'read';
  if (!/^(Send|Receive)/.test(call.operation)) return checks;
  return [...checks, ...rules.encryptionOf(queue, 'sqs', access, { 'aws:sqs:arn': queue })];
}

function objectChecks(request: IncomingMessage, body: Buffer, rules: Enforcer): readonly Check[] {
  const { method = 'GET', url = '/', headers } = request;
  const checks = s3Checks(
    { method, url, copySource: headers['x-amz-copy-source']?.toString() },
    rules.scope,
    readDeletedKeys(body.toString()),
  );
  if (!checks)
    throw new AccessDenied('AccessDenied', `the local runtime knows no permission for ${method} ${url}`);
  const [{ action, resource } = { action: '', resource: '' }] = checks;
  const [bucket = ''] = resource.split('/');
  const access = accessOf(action);
  if (access === undefined) return checks;
  // A bucket with a key of its own (`BucketKeyEnabled`) gives the bucket's ARN as context, otherwise the object's.
  return [...checks, ...rules.encryptionOf(bucket, 's3', access, { 'aws:s3:arn': bucket })];
}

/** The keys that a request to delete several objects names; none where one of them is not written plainly. */
function readDeletedKeys(body: string): string[] {
  const keys = [...body.matchAll(deletedKey)].map(([, key = '']) => decodeEntities(key));
  const isPlain = body.split('<Key').length - 1 === keys.length && !body.includes('<!');
  return isPlain ? keys : [];
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    return hexadecimal ? String.fromCodePoint(Number.parseInt(hexadecimal, 16)) : (entities[name] ?? whole);
  });
}

function accessOf(action: string): 'read' | 'write' | undefined {
  if (action === 's3:GetObject' || action === 's3:GetObjectVersion') return 'read';
  return action === 's3:PutObject' ? 'write' : undefined;
}

function deletesSeveral({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && /[?&]delete(?:[=&]|$)/.test(url);
}
