import type { JsonObject, ModelCall } from '../../../plugin/index.ts';

/** What an upstream is sent: the caller's request, but for the model's name and, for a stream, the wish for usage. */
export function requestBody({ body, model, stream }: ModelCall): JsonObject {
  if (!stream) return { ...body, model };
  const asked = body.stream_options;
  const streamOptions = typeof asked === 'object' && asked !== null ? asked : {};
  return { ...body, model, stream: true, stream_options: { ...streamOptions, include_usage: true } };
}
