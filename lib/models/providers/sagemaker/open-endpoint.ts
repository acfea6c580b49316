import { type ModelAnswer, type ModelCall, UpstreamError } from '../../../plugin/index.ts';
import { BearerTokenCache } from './bearer-token-cache.ts';
import { callOpenAiApi } from './call-openai-api.ts';
import { waitForCredentials } from './credentials.ts';
import { invokeEndpoint } from './invoke-endpoint.ts';
import { createRuntime, type RuntimeOptions, serviceUrl } from './runtime.ts';

export interface EndpointOptions extends RuntimeOptions {
  /** Name of the endpoint. */
  readonly endpoint: string;
  readonly inferenceComponent?: string | undefined;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
}

/** Two ways to call one endpoint, or one of its inference components. Both fail with an `UpstreamError`. */
export interface Endpoint {
  /** A chat completion by the endpoint's own OpenAI API. */
  complete(call: ModelCall): Promise<ModelAnswer>;
  /** By InvokeEndpoint. */
  invoke(call: ModelCall): Promise<ModelAnswer>;
}

/** Loads the AWS SDK, which finds credentials and the service's URL. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { region, endpoint, inferenceComponent, now = Date.now, providerName } = options;
  const runtime = await createRuntime(options);
  const { credentials, sha256 } = runtime.client.config;
  const tokens = new BearerTokenCache({
    credentials,
    now,
    async sign(signedBy, signingDate, expiresInSeconds) {
      const { signBearerToken } = await import('./sign-bearer-token.ts');
      return signBearerToken({ region, credentials: signedBy, signingDate, expiresInSeconds, sha256 });
    },
  });
  const endpointUrl = `${serviceUrl(runtime, options)}/endpoints/${pathOf(endpoint, inferenceComponent)}`;

  return {
    async complete(call) {
      const token = await waitForCredentials(tokens.get(), call, providerName);
      try {
        return await callOpenAiApi({ endpointUrl, token, providerName }, call);
      } catch (error) {
        if (error instanceof UpstreamError && error.errorClass === 'authentication') tokens.drop();
        throw error;
      }
    },
    async invoke(call) {
      // The SDK would wait for them too, but without an end.
      await waitForCredentials(credentials(), call, providerName);
      return invokeEndpoint({ runtime, endpoint, inferenceComponent, providerName }, call);
    },
  };
}

function pathOf(endpoint: string, inferenceComponent: string | undefined): string {
  const path = encodeURIComponent(endpoint);
  if (inferenceComponent === undefined) return path;
  return `${path}/inference-components/${encodeURIComponent(inferenceComponent)}`;
}
