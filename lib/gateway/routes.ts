import type { GenerationRoute } from './generate.ts';
import { chatCompletionRequest } from './schemas/chat-completion-request.ts';
import { embeddingRequest } from './schemas/embedding-request.ts';

/** The routes on which a model produces something. Each goes through the same pipeline. */
export const generationRoutes: readonly GenerationRoute[] = [
  { path: '/v1/chat/completions', operation: 'chat', schema: chatCompletionRequest },
  { path: '/v1/embeddings', operation: 'embeddings', schema: embeddingRequest },
];
