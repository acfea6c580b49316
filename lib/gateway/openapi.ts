import * as z from 'zod-for-requests';
import { chatCompletionRequest } from './schemas/chat-completion-request.ts';
import { chatCompletion, chatCompletionChunk, completionUsage } from './schemas/chat-completion-response.ts';
import { embeddingRequest } from './schemas/embedding-request.ts';
import { embeddingList } from './schemas/embedding-response.ts';
import { errorResponse, health } from './schemas/error.ts';
import { model, modelList } from './schemas/models.ts';

const schemas = [
  chatCompletionRequest,
  chatCompletion,
  chatCompletionChunk,
  completionUsage,
  embeddingRequest,
  embeddingList,
  model,
  modelList,
  errorResponse,
  health,
];

function reference(schema: z.ZodType) {
  return { $ref: `#/components/schemas/${schema.meta()?.id}` };
}

function json(schema: z.ZodType) {
  return { 'application/json': { schema: reference(schema) } };
}

function errors(...statuses: readonly number[]) {
  const descriptions: Readonly<Record<number, string>> = {
    400: 'The request is not valid; `param` names the parameter.',
    401: 'The API key is missing or not valid.',
    403: 'The API key lacks the scope.',
    404: 'There is no such model.',
    413: 'The body is too large.',
    429: 'A rate limit is reached; `Retry-After` says when to try again.',
    502: 'The model provider failed.',
    503: 'The request could not be recorded, or no target of the model is available.',
    504: 'The model provider did not answer in time.',
  };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: descriptions[status], content: json(errorResponse) }]),
  );
}

/** The OpenAPI 3.1 document of the gateway, from the very schemas that validate requests. */
export function describeApi() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenClaw',
      version: '1',
      description: 'An OpenAI-compatible API over self-hosted and hosted models.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ apiKey: [] }],
    paths: {
      '/v1/chat/completions': {
        post: {
          operationId: 'createChatCompletion',
          summary: 'Create a chat completion, whole or streamed',
          requestBody: { required: true, content: json(chatCompletionRequest) },
          responses: {
            200: {
              description: 'The completion; with `stream: true`, server-sent events that end in `[DONE]`.',
              content: {
                ...json(chatCompletion),
                'text/event-stream': { schema: reference(chatCompletionChunk) },
              },
            },
            ...errors(400, 401, 403, 404, 413, 429, 502, 503, 504),
          },
        },
      },
      '/v1/embeddings': {
        post: {
          operationId: 'createEmbedding',
          summary: 'Create embeddings',
          requestBody: { required: true, content: json(embeddingRequest) },
          responses: {
            200: { description: 'The embeddings.', content: json(embeddingList) },
            ...errors(400, 401, 403, 404, 413, 429, 502, 503, 504),
          },
        },
      },
      '/v1/models': {
        get: {
          operationId: 'listModels',
          summary: 'List the models',
          responses: { 200: { description: 'The models.', content: json(modelList) }, ...errors(401, 429) },
        },
      },
      '/v1/models/{model}': {
        get: {
          operationId: 'retrieveModel',
          summary: 'Retrieve one model',
          parameters: [{ name: 'model', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'The model.', content: json(model) }, ...errors(401, 404, 429) },
        },
      },
      '/healthz': {
        get: {
          operationId: 'checkHealth',
          summary: 'Tell that the service is up',
          security: [],
          responses: { 200: { description: 'It is.', content: json(health) } },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'describeApi',
          summary: 'This document',
          security: [],
          responses: {
            200: { description: 'The document.', content: { 'application/json': { schema: {} } } },
          },
        },
      },
    },
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `oc_…`.' } },
      schemas: describeSchemas(),
    },
  };
}

function describeSchemas() {
  const registry = z.registry<{ id: string }>();
  for (const schema of schemas) registry.add(schema, { id: String(schema.meta()?.id) });
  return z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` }).schemas;
}
