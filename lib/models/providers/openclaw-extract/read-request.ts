import { type JsonObject, UpstreamError } from '../../../plugin/index.ts';

/** One message of the conversation as far as this model reads it. */
export interface SourceMessage {
  /** Its place in the conversation, from 1. */
  readonly number: number;
  readonly role: string;
  readonly text: string;
}

export interface ExtractRequest {
  readonly messages: readonly SourceMessage[];
  /** Most tokens of the answer; undefined where there is no bound. */
  readonly maxTokens: number | undefined;
  /** The answer ends before the first of these. */
  readonly stop: readonly string[];
  readonly includeUsage: boolean;
}

/**
 * Parameters that are honoured, or that a deterministic model honours whatever their value (they steer chance), or
 * that say nothing about the answer.
 */
const accepted = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'temperature',
  'top_p',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'user',
  'safety_identifier',
  'metadata',
  'prompt_cache_key',
]);

/** Parameters that are accepted with the one value that asks for nothing special. */
const neutral: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  store: (value) => value === false,
  tools: (value) => Array.isArray(value) && value.length === 0,
  tool_choice: (value) => value === 'none' || value === 'auto',
  parallel_tool_calls: () => true,
  service_tier: (value) => value === 'auto' || value === 'default',
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === 'text'),
  response_format: (value) => isObject(value) && value.type === 'text',
};

/**
 * Takes a chat completion request apart.
 *
 * @throws UpstreamError `unsupported_parameter` for what this model cannot do.
 */
export function readRequest(body: JsonObject): ExtractRequest {
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined || accepted.has(name)) continue;
    if (!neutral[name]?.(value))
      throw unsupported(name, `${name} is not supported by openclaw-extract: leave it out`);
  }
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  const { stop } = body;
  return {
    messages: messages.map((message: unknown, index) => readMessage(message, index)),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
    stop: (Array.isArray(stop) ? stop : [stop]).filter((text) => typeof text === 'string' && text !== ''),
    includeUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
  };
}

function readMessage(message: unknown, index: number): SourceMessage {
  const { role, content } = isObject(message) ? message : {};
  return { number: index + 1, role: String(role), text: readContent(content, index).toWellFormed() };
}

function readContent(content: unknown, index: number): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown, place) => {
      if (!isObject(part) || (part.type !== 'text' && part.type !== 'refusal')) {
        throw unsupported(
          `messages[${index}].content[${place}]`,
          'openclaw-extract reads text only: connect a model that takes images, sound or files',
        );
      }
      return String(part.text ?? part.refusal ?? '');
    })
    .join('\n');
}

function unsupported(param: string, message: string): UpstreamError {
  return new UpstreamError('unsupported_parameter', message, {
    status: 400,
    detail: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' },
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
