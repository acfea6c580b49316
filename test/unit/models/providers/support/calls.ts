import {
  type JsonAnswer,
  type ModelAnswer,
  type ModelCall,
  type StreamEvent,
  UpstreamError,
} from '../../../../../lib/plugin/index.ts';

const body = { model: 'alias', messages: [{ role: 'user', content: 'Hi' }] };

/** A call of a chat model; fields of the body are added to a short conversation. */
export function chatCall(fields: Record<string, unknown> = {}, call: Partial<ModelCall> = {}): ModelCall {
  return {
    operation: 'chat',
    model: 'the-model',
    body: { ...body, ...fields },
    stream: false,
    apiKey: 'secret-key',
    timeouts: { connectMs: 1_000, firstTokenMs: 5_000, idleMs: 5_000, totalMs: 10_000 },
    signal: new AbortController().signal,
    ...call,
  };
}

/** What a whole answer says. */
export function readJson(answer: ModelAnswer) {
  if (answer.kind !== 'json') throw new Error('expected a whole answer');
  const json: JsonAnswer = answer;
  return { ...json, document: JSON.parse(Buffer.from(json.bytes).toString('utf8')) };
}

interface ToolCall {
  id?: string;
  name?: string;
  arguments: string;
}

/** What a streamed answer said, put together as a client does it. */
export interface StreamedAnswer {
  content: string;
  reasoning: string;
  toolCalls: ToolCall[];
  finishReason: string | null;
  details: unknown[];
  chunks: Record<string, unknown>[];
  events: StreamEvent[];
  error?: UpstreamError;
}

/** Reads a stream to its end, be it an error; keeps what came before. */
export async function readStream(answer: ModelAnswer): Promise<StreamedAnswer> {
  if (answer.kind !== 'stream') throw new Error('expected a stream');
  const read: StreamedAnswer = {
    content: '',
    reasoning: '',
    toolCalls: [],
    finishReason: null,
    details: [],
    chunks: [],
    events: [],
  };
  try {
    for await (const event of answer.events) {
      read.events.push(event);
      take(parseEvent(event), read);
    }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    read.error = error;
  }
  return read;
}

function parseEvent(event: StreamEvent) {
  const match = /^data: (.+)\n\n$/.exec(Buffer.from(event.bytes).toString('utf8'));
  if (!match?.[1]) throw new Error('not one server-sent event');
  return JSON.parse(match[1]);
}

function take(chunk: ReturnType<typeof parseEvent>, read: StreamedAnswer): void {
  read.chunks.push(chunk);
  const [choice] = chunk.choices;
  if (!choice) return;
  read.content += choice.delta.content ?? '';
  read.reasoning += choice.delta.reasoning_content ?? '';
  read.details.push(...(choice.delta.reasoning_details ?? []));
  read.finishReason ??= choice.finish_reason;
  for (const { index, id, function: called } of choice.delta.tool_calls ?? []) {
    const call: ToolCall = read.toolCalls[index] ?? { arguments: '' };
    if (id) call.id = id;
    if (called.name) call.name = called.name;
    call.arguments += called.arguments;
    read.toolCalls[index] = call;
  }
}

/** The error that a call fails with. */
export async function failureOf(work: Promise<unknown>): Promise<UpstreamError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error('expected the call to fail');
}
