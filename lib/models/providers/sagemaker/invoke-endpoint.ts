import { type ModelAnswer, type ModelCall, type StreamAnswer, UpstreamError } from '../../../plugin/index.ts';
import { readJsonAnswer } from '../openai/read-json-answer.ts';
import { readChatStream } from '../openai/read-stream.ts';
import { requestBody } from '../openai/request-body.ts';
import { convertError } from './convert-error.ts';
import { jsonLinesToEvents } from './json-lines.ts';
import { payloadBytes } from './payload-bytes.ts';
import type { Runtime } from './runtime.ts';
import { SdkExchange } from './sdk-exchange.ts';

export interface Invocation {
  readonly runtime: Runtime;
  readonly endpoint: string;
  readonly inferenceComponent?: string | undefined;
  /** Begins every error message. */
  readonly providerName: string;
}

/** Behind all that the SDK does to a request, and before anything that it does to an answer. */
const nextToNetwork = { step: 'deserialize', priority: 'low', name: 'exchange' } as const;

/**
 * One call of InvokeEndpoint, or of InvokeEndpointWithResponseStream for a stream, with an OpenAI-shaped body. The
 * container receives it at `/invocations`; vLLM's, SGLang's and LMI's tell from the body what is asked for.
 *
 * @throws UpstreamError of every class.
 */
export async function invokeEndpoint(invocation: Invocation, call: ModelCall): Promise<ModelAnswer> {
  const { providerName } = invocation;
  const json = JSON.stringify(requestBody(call));
  const exchange = new SdkExchange(call, json, providerName);
  const input = {
    EndpointName: invocation.endpoint,
    ...(invocation.inferenceComponent === undefined
      ? {}
      : { InferenceComponentName: invocation.inferenceComponent }),
    ContentType: 'application/json',
    Accept: call.stream ? 'text/event-stream' : 'application/json',
    Body: Buffer.from(json),
  };
  try {
    return call.stream
      ? await stream(invocation, input, exchange, call)
      : await whole(invocation, input, exchange, call);
  } catch (error) {
    throw convertError(error, exchange, providerName);
  }
}

type Input = { readonly EndpointName: string; readonly Body: Uint8Array };

async function whole(
  { runtime, providerName }: Invocation,
  input: Input,
  exchange: SdkExchange,
  { operation, model }: ModelCall,
): Promise<ModelAnswer> {
  const command = new runtime.sdk.InvokeEndpointCommand(input);
  command.middlewareStack.add(exchange.middleware, nextToNetwork);
  const { Body: bytes = new Uint8Array() } = await runtime.client.send(command);
  return readJsonAnswer(bytes, { operation, providerName, model });
}

async function stream(
  { runtime, providerName }: Invocation,
  input: Input,
  exchange: SdkExchange,
  call: ModelCall,
): Promise<StreamAnswer> {
  const command = new runtime.sdk.InvokeEndpointWithResponseStreamCommand(input);
  command.middlewareStack.add(exchange.middleware, nextToNetwork);
  const { Body: parts, ContentType } = await runtime.client.send(command);
  const type = ContentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isJsonLines = /^application\/(?:jsonlines|jsonl|x-jsonlines|x-ndjson)$/.test(type);
  if (parts === undefined || !(isJsonLines || type === 'text/event-stream' || type === '')) {
    await exchange.body?.return();
    throw new UpstreamError('malformed', `${providerName}: the answer is of type ${type}`);
  }
  const bytes = payloadBytes(parts, exchange, providerName);
  const events = readChatStream(isJsonLines ? jsonLinesToEvents(bytes) : bytes, {
    providerName,
    model: call.model,
    choices: typeof call.body.n === 'number' ? call.body.n : 1,
    onFirstContent: () => exchange.body?.contentSeen(),
    onComplete: () => exchange.body?.finish(),
  });
  return { kind: 'stream', events };
}
