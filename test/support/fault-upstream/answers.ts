/** A request body as a client of OpenAI's format sends it; only what the answers depend on. */
export interface UpstreamRequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly n?: number;
  readonly logprobs?: boolean;
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
  readonly messages?: readonly { readonly role?: string }[];
  readonly input?: unknown;
}

/** Characters of one, two, three and four bytes, so that a cut anywhere can be seen. */
export const answerText = 'Grüße from the upstream: 日本 and 🦊 and a good deal more to say.';
export const toolArguments = '{"city":"Zürich"}';

/** Input contains cached tokens, output contains reasoning ones, as OpenAI counts. */
export const answerUsage = {
  prompt_tokens: 20,
  completion_tokens: 10,
  total_tokens: 30,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 3 },
};

const id = 'chatcmpl-upstream';
const created = 1_760_000_000;

/** A whole chat completion: text, or a call of the first tool that the request offers. */
export function chatCompletion(body: UpstreamRequestBody): object {
  const choice = (index: number) => {
    const tool = toolToCall(body);
    const message = tool
      ? { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: tool }] }
      : { role: 'assistant', content: answerText, refusal: null };
    return {
      index,
      message,
      logprobs: body.logprobs ? { content: [logprob(answerText)] } : null,
      finish_reason: tool ? 'tool_calls' : 'stop',
    };
  };
  return {
    id,
    object: 'chat.completion',
    created,
    model: body.model,
    choices: Array.from({ length: body.n ?? 1 }, (_, index) => choice(index)),
    usage: answerUsage,
    service_tier: 'default',
    system_fingerprint: 'fp_upstream',
  };
}

/** The same as chunks: a role, `contentChunks` pieces for each choice, finish reasons, and usage where asked for. */
export function chatChunks(body: UpstreamRequestBody, contentChunks: number): object[] {
  const withUsage = body.stream_options?.include_usage === true;
  const chunk = (choices: object[], usage: object | null = null) => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model: body.model,
    choices,
    ...(withUsage ? { usage } : {}),
  });
  const tool = toolToCall(body);
  const indexes = Array.from({ length: body.n ?? 1 }, (_, index) => index);
  const perChoice = (delta: object, more: object = {}) =>
    indexes.map((index) => chunk([{ index, delta, finish_reason: null, ...more }]));

  const content = pieces(tool ? tool.arguments : answerText, contentChunks).flatMap((text) =>
    tool
      ? perChoice({ tool_calls: [{ index: 0, function: { arguments: text } }] })
      : perChoice({ content: text }, body.logprobs ? { logprobs: { content: [logprob(text)] } } : {}),
  );
  const opening = tool
    ? {
        role: 'assistant',
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { ...tool, arguments: '' } }],
      }
    : { role: 'assistant', content: '' };
  return [
    ...perChoice(opening),
    ...content,
    ...indexes.map((index) => chunk([{ index, delta: {}, finish_reason: tool ? 'tool_calls' : 'stop' }])),
    ...(withUsage ? [chunk([], answerUsage)] : []),
  ];
}

export function embeddings(body: UpstreamRequestBody): object {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  return {
    object: 'list',
    data: inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5, index] })),
    model: body.model,
    usage: { prompt_tokens: 4 * inputs.length, total_tokens: 4 * inputs.length },
  };
}

/** A tool is called once: not again when its result is among the messages. */
function toolToCall(body: UpstreamRequestBody): { name: string; arguments: string } | undefined {
  const name = body.tools?.[0]?.function?.name;
  const answered = body.messages?.some(({ role }) => role === 'tool');
  return name === undefined || answered ? undefined : { name, arguments: toolArguments };
}

function pieces(text: string, count: number): string[] {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / count));
  const made: string[] = [];
  for (let at = 0; at < count; at++) made.push(characters.slice(at * size, (at + 1) * size).join('') || ' ');
  return made;
}

function logprob(token: string): object {
  return { token, logprob: -0.1, bytes: [...Buffer.from(token)], top_logprobs: [] };
}
