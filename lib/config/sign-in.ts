import { z } from 'zod';

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for an address that nobody on the way can change the answers of. */
export function isTrustworthyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && loopbackHosts.has(hostname));
}

const trustworthyUrl = z.string().max(512).refine(isTrustworthyUrl, 'use https; http only for this machine');

const text = z.string().min(1).max(256);

const issuer = z.strictObject({
  /** The `iss` of its tokens, to the letter. Its keys are found by OpenID discovery. */
  issuer: trustworthyUrl,
  /** The client ids of which tokens are accepted: the `aud` of a token, or the `client_id` of Cognito's access tokens. */
  audience: z.union([text, z.array(text).min(1).max(20)]),
  /** The algorithms of signatures that are accepted. Default: RS256 and ES256. */
  algorithms: z
    .array(
      z.enum([
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'EdDSA',
        'Ed25519',
      ]),
    )
    .min(1)
    .default(['RS256', 'ES256']),
  /** Where its keys are. Default: where its discovery document says. */
  jwksUri: trustworthyUrl.optional(),
  /** The claim that names a person's tenant, or a list of them. Default: the header `OpenAI-Organization` does. */
  tenantClaim: text.optional(),
  /**
   * The tenants into which it signs people in. Who runs an issuer can claim any address: name the tenants of one that is
   * not your own. Default: all.
   */
  tenants: z.array(text).min(1).max(1_000).optional(),
  /** By how much clocks may differ, in seconds. Default: 60. */
  clockToleranceSeconds: z.number().int().min(0).max(300).default(60),
});

/** How people sign in. Programs have API keys. */
export const signIn = z.strictObject({
  /** OpenID Connect services whose tokens are accepted as bearer tokens. Default: none. */
  issuers: z
    .array(issuer)
    .max(50)
    .refine(
      (issuers) => new Set(issuers.map((one) => one.issuer)).size === issuers.length,
      'name each issuer once',
    )
    .default([]),
  /**
   * A user pool of Amazon Cognito, deployed with the rest and accepted as an issuer. Free for the first 10,000 people who
   * sign in in a month. Default: false, as most have a directory of their people already, which `issuers` names.
   */
  cognito: z.boolean().default(false),
  /** Where Cognito's sign-in page sends people back to. Default: nowhere, so there is no such page. */
  cognitoCallbackUrls: z.array(trustworthyUrl).max(100).default([]),
});

export type SignInConfiguration = z.output<typeof signIn>;
export type IssuerConfiguration = z.output<typeof issuer>;
