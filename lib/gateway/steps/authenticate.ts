import type { Authenticator, Principal } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';
import type { Records } from './records.ts';

/**
 * Tells who calls, by the key in `Authorization: Bearer`. A refusal is recorded with the caller's address and the
 * reason, never with the key; the caller is told the same for every reason.
 *
 * @throws ApiError 401.
 */
export async function authenticate(
  exchange: Exchange,
  services: { readonly authenticator: Authenticator; readonly records: Records },
): Promise<Principal> {
  const presented = /^Bearer +(\S+) *$/i.exec(exchange.request.header('authorization') ?? '')?.[1];
  if (presented === undefined) {
    throw new ApiError(401, 'No API key was given. Send it as "Authorization: Bearer <key>".', {
      code: 'missing_api_key',
    });
  }
  const authentication = await services.authenticator.authenticate(presented);
  if (!authentication.accepted) {
    await services.records.refused(exchange, authentication);
    throw new ApiError(401, 'The API key is not valid. Check it, or ask your administrator for a new one.', {
      code: 'invalid_api_key',
    });
  }
  exchange.principal = authentication.principal;
  return authentication.principal;
}
