import { type GenerationRoute, generate } from './generate.ts';
import { jsonReply } from './http.ts';
import { listModels, retrieveModel } from './list-models.ts';
import { replyHeaders } from './reply-headers.ts';
import type { Route } from './route.ts';
import { chatCompletionRequest } from './schemas/chat-completion-request.ts';
import { chatCompletion, chatCompletionChunk } from './schemas/chat-completion-response.ts';
import { embeddingRequest } from './schemas/embedding-request.ts';
import { embeddingList } from './schemas/embedding-response.ts';
import { health } from './schemas/error.ts';
import { model, modelList } from './schemas/models.ts';
import type { GatewayServices } from './services.ts';

const generationErrors = [404, 413, 502, 503, 504];

/** The routes on which a model produces something. Each goes through the same pipeline. */
const generationRoutes: readonly (Omit<GenerationRoute, 'path'> &
  Pick<Route, 'path' | 'operationId' | 'summary' | 'response'>)[] = [
  {
    path: '/v1/chat/completions',
    operation: 'chat',
    schema: chatCompletionRequest,
    operationId: 'createChatCompletion',
    summary: 'Create a chat completion, whole or streamed',
    response: {
      status: 200,
      description: 'The completion; with `stream: true`, server-sent events that end in `[DONE]`.',
      schema: chatCompletion,
      stream: chatCompletionChunk,
    },
  },
  {
    path: '/v1/embeddings',
    operation: 'embeddings',
    schema: embeddingRequest,
    operationId: 'createEmbedding',
    summary: 'Create embeddings',
    response: { status: 200, description: 'The embeddings.', schema: embeddingList },
  },
];

/** The routes that most requests are for, loaded with the function. */
export function coreRoutes(services: GatewayServices): readonly Route[] {
  return [
    ...generationRoutes.map(
      ({ operation, schema, ...described }): Route => ({
        ...described,
        method: 'POST',
        access: 'model:invoke',
        body: schema,
        costs: 'model',
        errors: generationErrors,
        handle: (call) => generate(call, { path: described.path, operation, schema }, services),
      }),
    ),
    {
      method: 'GET',
      path: '/v1/models',
      operationId: 'listModels',
      summary: 'List the models',
      access: 'caller',
      response: { status: 200, description: 'The models.', schema: modelList },
      handle: async (call) => listModels(call, services),
    },
    {
      method: 'GET',
      path: '/v1/models/{model}',
      // Names may contain slashes, which the openai client encodes and others do not.
      slashesInLastPart: true,
      operationId: 'retrieveModel',
      summary: 'Retrieve one model',
      access: 'caller',
      response: { status: 200, description: 'The model.', schema: model },
      errors: [404],
      handle: async (call) => retrieveModel(call, services),
    },
    {
      method: 'GET',
      path: '/healthz',
      operationId: 'checkHealth',
      summary: 'Tell that the service is up',
      access: 'anyone',
      response: { status: 200, description: 'It is.', schema: health },
      handle: async ({ exchange }) => jsonReply(200, { status: 'ok' }, replyHeaders(exchange)),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      operationId: 'describeApi',
      summary: 'This document',
      access: 'anyone',
      response: { status: 200, description: 'The document.' },
      handle: async ({ exchange }) => {
        const { describeApi } = await import('./openapi.ts');
        const routes = [...coreRoutes(services), ...(await services.adminRoutes())];
        return jsonReply(200, describeApi(routes), replyHeaders(exchange));
      },
    },
  ];
}
