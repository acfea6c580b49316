import type { ModelCall, ModelProvider, Operation } from '../../../plugin/index.ts';
import { exchange } from './exchange.ts';

/** An API that speaks OpenAI's format. */
export interface OpenAiProviderOptions {
  /** `/v1` included where the API has it; a query (Azure's `api-version`) is kept. */
  readonly baseUrl: string;
  /** Begins every error message. */
  readonly providerName: string;
}

const paths: Readonly<Record<Operation, string>> = { chat: 'chat/completions', embeddings: 'embeddings' };

/** Reaches any API that speaks OpenAI's format, passing requests and answers through. */
export function createOpenAiProvider({ baseUrl, providerName }: OpenAiProviderOptions): ModelProvider {
  const urls = { chat: urlOf(baseUrl, paths.chat), embeddings: urlOf(baseUrl, paths.embeddings) };
  return {
    format: 'passthrough',
    call(call: ModelCall) {
      const headers: Record<string, string> =
        call.apiKey === undefined ? {} : { authorization: `Bearer ${call.apiKey}` };
      return exchange({ url: urls[call.operation], headers, call, providerName });
    },
  };
}

function urlOf(baseUrl: string, path: string): string {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}
