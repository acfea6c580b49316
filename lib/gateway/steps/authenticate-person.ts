import type { Principal } from '../../tenancy/index.ts';
import type { SignedIn, SignIn, SignInRefusal } from '../../tenancy/sign-in/sign-in.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';
import type { Records } from './records.ts';

/**
 * Tells which person calls, by the token of the service where people sign in. A refusal is recorded with the caller's
 * address, the issuer and the reason, never with the token or whose it is.
 *
 * @throws ApiError 401 for a token that is not valid, the same for every reason; 400 where the tenant is not named; 403 for
 *   who is no member of it; 503 where the issuer's keys cannot be had
 */
export async function authenticatePerson(
  token: string,
  exchange: Exchange,
  services: { readonly signIn: () => Promise<Pick<SignIn, 'authenticate'>>; readonly records: Records },
): Promise<Principal> {
  const wantedTenant = exchange.request.header('openai-organization') || undefined;
  let signedIn: SignedIn;
  try {
    signedIn = await (await services.signIn()).authenticate(token, wantedTenant);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'IssuerUnavailable') throw cause;
    throw new ApiError(503, 'The service where you signed in does not answer. Try again.', {
      code: 'sign_in_unavailable',
      retryAfterMs: 5_000,
      cause,
    });
  }
  if (signedIn.accepted) return signedIn.principal;
  const { reason, issuer } = signedIn;
  await services.records.refused(exchange, { reason, ...(issuer !== undefined && { issuer }) });
  throw refusal(reason);
}

function refusal(reason: SignInRefusal): ApiError {
  if (reason === 'no-tenant') {
    return new ApiError(400, 'Name your tenant in the header OpenAI-Organization.', {
      code: 'missing_organization',
    });
  }
  if (reason === 'no-membership') {
    return new ApiError(
      403,
      'You are not a member of this tenant. Ask its administrator for an invite to the address with which you sign in.',
      { type: 'permission_error', code: 'no_membership' },
    );
  }
  return new ApiError(401, 'The token is not valid. Sign in again.', { code: 'invalid_token' });
}
