import { chunkClockMs } from '../../load/chunk-clock.ts';

/** The model that the fake upstream serves. A real one's name, so that its published price is looked up. */
export const model = 'gpt-5.4-mini';
/** Chunks with content in one stream. */
export const chunksPerStream = 50;

const usage = {
  prompt_tokens: 131,
  completion_tokens: 50,
  total_tokens: 181,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};
const head = { id: 'chatcmpl-Cx2v7sQ0bJm4YhT8nPzKfLdWqRgE1', created: 1_790_000_000, model };

/** A whole answer, made once: about half a kilobyte. */
export const answer = Buffer.from(
  JSON.stringify({
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content:
            'A refund can be asked for within thirty days of delivery. Send the order number and a short reason to ' +
            'support; the amount returns to the card that paid within five working days.',
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
    service_tier: 'default',
    system_fingerprint: 'fp_3f8a1c27de',
  }),
);

/** The first event of a stream: the role, before any content. */
export const openingEvent = event({ choices: [choice({ role: 'assistant', content: '' }, null)] });

/** One event with content: the time at which it was made. */
export function contentEvent(): string {
  return event({ choices: [choice({ content: chunkClockMs().toFixed(3) }, null)] });
}

/** The last events of a stream. */
export function closingEvents(withUsage: boolean): string {
  const finish = event({ choices: [choice({}, 'stop')] });
  return `${finish}${withUsage ? event({ choices: [], usage }) : ''}data: [DONE]\n\n`;
}

function choice(delta: object, finishReason: 'stop' | null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}

function event(fields: object): string {
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fields })}\n\n`;
}
