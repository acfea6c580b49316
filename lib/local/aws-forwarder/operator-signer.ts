import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SignatureV4 } from '@smithy/signature-v4';
import { signBearerToken } from '../../models/providers/sagemaker/sign-bearer-token.ts';

export interface SignableRequest {
  readonly method: string;
  /** Path and query are taken from it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Lifetime of a bearer token that serves one request. */
const TOKEN_LIFETIME_SECONDS = 900;

/** Signs with the AWS credentials of the person at this machine, wherever the SDK finds them. */
export class OperatorSigner {
  readonly #client: SageMakerRuntimeClient;

  /** @param environment - where keys are taken from before files and the network are looked at */
  constructor(environment: NodeJS.ProcessEnv) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
    const { AWS_SESSION_TOKEN: sessionToken, AWS_PROFILE: profile } = environment;
    this.#client = new SageMakerRuntimeClient({
      // It signs for the region of each request; this one only lets the client be made.
      region: 'us-east-1',
      ...(accessKeyId && secretAccessKey
        ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }
        : {}),
      ...(profile && { profile }),
    });
  }

  /** @throws Error where there are no credentials */
  async sign(request: SignableRequest, service: string, region: string): Promise<Record<string, string>> {
    const { credentials, sha256 } = this.#client.config;
    const signer = new SignatureV4({ service, region, credentials: await credentials(), sha256 });
    const { headers } = await signer.sign({
      method: request.method,
      protocol: request.url.protocol,
      hostname: request.url.hostname,
      path: request.url.pathname,
      query: Object.fromEntries(request.url.searchParams),
      headers: { ...request.headers, host: request.url.host },
      body: request.body,
    });
    return headers;
  }

  /** A token for SageMaker's OpenAI API. @throws Error where there are no credentials */
  async bearerToken(region: string): Promise<string> {
    const { credentials, sha256 } = this.#client.config;
    return signBearerToken({
      region,
      credentials: await credentials(),
      signingDate: new Date(),
      expiresInSeconds: TOKEN_LIFETIME_SECONDS,
      sha256,
    });
  }
}
