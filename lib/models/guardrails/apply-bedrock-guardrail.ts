import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { partitionOf } from '../../config/partition.ts';
import { UpstreamError } from '../../plugin/index.ts';

export interface BedrockGuardrailCall {
  /** The guardrail's id or ARN. */
  readonly guardrail: string;
  /** A number, or `DRAFT`. */
  readonly version: string;
  readonly region: string;
  readonly source: 'INPUT' | 'OUTPUT';
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
}

/** What one part of a guardrail's policy says: of a topic, a filter, a word, a kind of personal data. */
export interface BedrockAssessment {
  /** For example `content/violence` or `pii/name`. */
  readonly category: string;
  readonly action: 'BLOCKED' | 'ANONYMIZED' | 'NONE';
  /** The part of the text, where the policy is one about parts. */
  readonly match?: string;
}

export interface BedrockGuardrailAnswer {
  readonly intervened: boolean;
  readonly assessments: readonly BedrockAssessment[];
}

const serviceName = 'bedrock guardrail';

/**
 * Has texts checked by a guardrail of Amazon Bedrock, with the function's own credentials.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
 *
 * @throws UpstreamError
 */
export async function applyBedrockGuardrail(call: BedrockGuardrailCall): Promise<BedrockGuardrailAnswer> {
  const { region, source, texts, signal } = call;
  const { callService } = await import('./call-service.ts');
  const base =
    process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME ||
    `https://bedrock-runtime.${region}.${partitionOf(region).urlSuffix}`;
  const path = `/guardrail/${encodeURIComponent(call.guardrail)}/version/${encodeURIComponent(call.version)}/apply`;
  const url = new URL(base.replace(/\/+$/, '') + path);
  const body = JSON.stringify({ source, content: texts.map((text) => ({ text: { text } })) });
  const headers = await sign(url, body, region);
  return readAnswer(await callService({ url: url.href, headers, body, signal, serviceName }));
}

async function sign(url: URL, body: string, region: string): Promise<Record<string, string>> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new UpstreamError('authentication', `${serviceName}: no AWS credentials`);
  }
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({
    service: 'bedrock',
    region,
    sha256: Sha256,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
  });
  const signed = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  });
  // Node sets it from the URL.
  const { host: _host, ...headers } = signed.headers;
  return headers;
}

/** SHA-256 as the signer wants it. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash that was begun is not begun again');
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Where each policy keeps what it found, and by what name. */
const policies: readonly (readonly [policy: string, list: string, name: string, prefix: string])[] = [
  ['topicPolicy', 'topics', 'name', 'topic'],
  ['contentPolicy', 'filters', 'type', 'content'],
  ['wordPolicy', 'customWords', '', 'word/custom'],
  ['wordPolicy', 'managedWordLists', 'type', 'word'],
  ['sensitiveInformationPolicy', 'piiEntities', 'type', 'pii'],
  ['sensitiveInformationPolicy', 'regexes', 'name', 'pii'],
  ['contextualGroundingPolicy', 'filters', 'type', 'grounding'],
];

function readAnswer(answer: unknown): BedrockGuardrailAnswer {
  if (!isObject(answer) || (answer.action !== 'NONE' && answer.action !== 'GUARDRAIL_INTERVENED')) {
    throw new UpstreamError('malformed', `${serviceName}: the answer is not a guardrail's`);
  }
  const assessments: BedrockAssessment[] = [];
  for (const assessment of listOf(answer.assessments)) {
    for (const [policy, list, name, prefix] of policies) {
      const part = assessment[policy];
      for (const found of listOf(isObject(part) ? part[list] : undefined)) {
        const { action, match } = found;
        if (action !== 'BLOCKED' && action !== 'ANONYMIZED' && action !== 'NONE') continue;
        assessments.push({
          category: name === '' ? prefix : `${prefix}/${nameOf(found[name])}`,
          action,
          ...(typeof match === 'string' && match !== '' && { match }),
        });
      }
    }
  }
  return { intervened: answer.action === 'GUARDRAIL_INTERVENED', assessments };
}

function nameOf(value: unknown): string {
  return String(value)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 48);
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
