import { SignatureV4, type SignatureV4CryptoInit } from '@smithy/signature-v4';
import type { AwsCredentials } from './credentials.ts';

export interface BearerTokenRequest {
  /** Region of the endpoints that the token is for. */
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly signingDate: Date;
  /** Lifetime in seconds, at most 43,200. It ends earlier where the credentials do. */
  readonly expiresInSeconds: number;
  readonly sha256: SignatureV4CryptoInit['sha256'];
}

const host = 'sagemaker.amazonaws.com';

/**
 * Makes the bearer token that a SageMaker endpoint's OpenAI API takes, without a network call.
 *
 * Documented is that it is a base64-encoded, SigV4-presigned URL for the action CallWithBearerToken:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-openai-compatible.html
 * Its exact form is that of AWS's own generator, `sagemaker.core.token_generator` of the SageMaker Python SDK (2.27):
 * one host for all partitions, the region only in the signature's scope, no `https://`, an unsigned `Version=1`, and a
 * prefix. That the same host serves the partitions of China and Europe's sovereign cloud is that generator's claim.
 */
export async function signBearerToken(request: BearerTokenRequest): Promise<string> {
  const signer = new SignatureV4({
    service: 'sagemaker',
    region: request.region,
    credentials: request.credentials,
    sha256: request.sha256,
  });
  const { query = {} } = await signer.presign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'CallWithBearerToken' },
      headers: { host },
    },
    { signingDate: request.signingDate, expiresIn: request.expiresInSeconds },
  );
  const fields = Object.entries(query).map(([name, value]) => `${name}=${escapeValue(String(value))}`);
  const url = `${host}/?${[...fields, 'Version=1'].join('&')}`;
  return `sagemaker-api-key-${Buffer.from(url).toString('base64')}`;
}

/** Signatures are over RFC 3986's encoding, which leaves fewer characters as they are than JavaScript's. */
function escapeValue(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
