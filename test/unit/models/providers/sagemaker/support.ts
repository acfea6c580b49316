import {
  createSageMakerProvider,
  type SageMakerOptions,
} from '../../../../../lib/models/providers/sagemaker/index.ts';
import type { ModelCall, ModelProvider } from '../../../../../lib/plugin/index.ts';
import { chatCall } from '../support/calls.ts';
import { type EventStreamMessage, encodeEventStream } from '../support/encode-event-stream.ts';
import type { Reply } from '../support/replay-server.ts';

type Configuration = Parameters<typeof createSageMakerProvider>[0];

const options: SageMakerOptions = {
  region: 'eu-central-1',
  credentials: async () => ({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'the-secret-access-key',
    sessionToken: 'the-session-token',
  }),
};

/** A provider for the endpoint `llama`; `more` replaces what a test is about. */
export function sageMaker(config: Partial<Configuration>, more: SageMakerOptions = {}): ModelProvider {
  return createSageMakerProvider(
    { kind: 'sagemaker', endpoint: 'llama', protocol: 'openai', ...config },
    { ...options, ...more },
  );
}

/** A call without a key, as SageMaker takes none. */
export function roleCall(fields: Record<string, unknown> = {}, call: Partial<ModelCall> = {}): ModelCall {
  const { apiKey: _, ...rest } = chatCall(fields, call);
  return rest;
}

export const streamCall = (fields: Record<string, unknown> = {}, call: Partial<ModelCall> = {}) =>
  roleCall(fields, { stream: true, ...call });

export const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'served-model',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße 🌍' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
};

const chunk = (fields: object) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'served-model',
  ...fields,
});
const delta = (content: string, finish_reason: string | null = null) =>
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason }] });

/** What a container streams: two pieces of text that say `Grüße 🌍`, the end, and the usage. */
export const chunks: readonly object[] = [
  delta('Grüße '),
  delta('🌍'),
  delta('', 'stop'),
  chunk({ choices: [], usage: answer.usage }),
];
export const serverSentEvents = `${chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`;

/** The container's bytes as PayloadParts of so many bytes each. */
export function payloadParts(text: string, size = text.length): EventStreamMessage[] {
  const bytes = Buffer.from(text);
  const parts: EventStreamMessage[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    parts.push({ event: 'PayloadPart', payload: bytes.subarray(start, start + size) });
  }
  return parts;
}

/** The answer to InvokeEndpointWithResponseStream. */
export function eventStream(messages: readonly EventStreamMessage[], reply: Reply = {}): Reply {
  return {
    body: encodeEventStream(messages),
    ...reply,
    headers: {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-sagemaker-content-type': 'text/event-stream; charset=utf-8',
      ...reply.headers,
    },
  };
}

/** A refusal by SageMaker's runtime API. */
export function refusal(
  status: number,
  name: string,
  fields: object,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name, ...headers },
    body: JSON.stringify(fields),
  };
}

/** SageMaker's own words. */
export const noCapacity =
  'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if ' +
  'configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.';
export const unknownEndpoint = 'Endpoint llama of account 123456789012 not found.';
export const quoted = (status: number, text: string) =>
  `Received client error (${status}) from primary with message "${text}". See https://eu-central-1.console.aws.` +
  'amazon.com/cloudwatch/home#logEventViewer:group=/aws/sagemaker/Endpoints/llama in account 123456789012 for more ' +
  'information.';
