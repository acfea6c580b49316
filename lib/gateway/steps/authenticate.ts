import { describeError, log } from '../../telemetry/index.ts';
import type { Authenticator, Principal } from '../../tenancy/index.ts';
import type { SignIn } from '../../tenancy/sign-in/sign-in.ts';
import { looksLikeToken } from '../../tenancy/sign-in/token-form.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';
import { actInTenant } from './act-in-tenant.ts';
import { authenticatePerson } from './authenticate-person.ts';
import type { Records } from './records.ts';

/**
 * Tells who calls and where it acts, by the key in `Authorization: Bearer`, or by a person's token where people sign in. A
 * refusal is recorded with the caller's address and the reason, never with the key; the caller is told the same for every
 * reason.
 *
 * @throws ApiError 401; for tokens also 400, 403 and 503
 */
export async function authenticate(
  exchange: Exchange,
  services: {
    readonly authenticator: Authenticator;
    readonly records: Records;
    readonly signIn?: () => Promise<Pick<SignIn, 'authenticate'>>;
  },
): Promise<Principal> {
  const presented = /^Bearer +(\S+) *$/i.exec(exchange.request.header('authorization') ?? '')?.[1];
  if (presented === undefined) {
    throw new ApiError(401, 'No API key was given. Send it as "Authorization: Bearer <key>".', {
      code: 'missing_api_key',
    });
  }
  const { signIn, records } = services;
  if (signIn && looksLikeToken(presented)) {
    const person = await authenticatePerson(presented, exchange, { signIn, records });
    exchange.principal = actInTenant(person, exchange.request);
    return exchange.principal;
  }
  const authentication = await services.authenticator.authenticate(presented, exchange.origin.sourceIp);
  if (!authentication.accepted) {
    await records.refused(exchange, authentication);
    throw new ApiError(401, 'The API key is not valid. Check it, or ask your administrator for a new one.', {
      code: 'invalid_api_key',
    });
  }
  const principal = actInTenant(authentication.principal, exchange.request);
  exchange.principal = principal;
  const noted = services.authenticator.noteUse(principal.keyId);
  if (noted) exchange.origin.waitUntil(noted.catch(logFailure));
  return principal;
}

/** Worth a line in the log, not a request. */
function logFailure(error: unknown): void {
  log.warn('use of a key not noted', describeError(error));
}
