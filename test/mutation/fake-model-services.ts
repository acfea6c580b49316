import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeEventStream } from '../unit/models/providers/support/encode-event-stream.ts';

const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'fake',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage,
};
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'fake' };
const chunks = [
  { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'hello' }, finish_reason: null }] },
  { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { ...head, choices: [], usage },
];
const events = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
const bedrockUsage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };

/** Answers as SageMaker's and Bedrock's runtimes do, and as a hosted API with OpenAI's format. */
export async function startFakeModelServices(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received: Buffer[] = [];
  for await (const chunk of request) received.push(chunk as Buffer);
  const text = Buffer.concat(received).toString();
  const streamed = text !== '' && (JSON.parse(text) as { stream?: boolean }).stream === true;
  const operation = (request.url ?? '').split('?')[0]?.split('/').at(-1);
  switch (operation) {
    case 'completions':
      return streamed ? send(response, 'text/event-stream', events) : json(response, completion);
    case 'invocations':
      return json(response, completion);
    case 'invocations-response-stream': {
      const payload = Buffer.from(events);
      return send(
        response,
        'application/vnd.amazon.eventstream',
        encodeEventStream([{ event: 'PayloadPart', payload }]),
      );
    }
    case 'converse':
      return json(response, {
        output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
        stopReason: 'end_turn',
        usage: bedrockUsage,
        metrics: { latencyMs: 1 },
      });
    case 'converse-stream':
      return send(
        response,
        'application/vnd.amazon.eventstream',
        encodeEventStream([
          { event: 'messageStart', payload: { role: 'assistant' } },
          { event: 'contentBlockDelta', payload: { contentBlockIndex: 0, delta: { text: 'hello' } } },
          { event: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
          { event: 'messageStop', payload: { stopReason: 'end_turn' } },
          { event: 'metadata', payload: { usage: bedrockUsage, metrics: { latencyMs: 1 } } },
        ]),
      );
    default:
      response.writeHead(404).end();
  }
}

function json(response: ServerResponse, body: object): void {
  send(response, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, contentType: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': contentType });
  response.end(body);
}
