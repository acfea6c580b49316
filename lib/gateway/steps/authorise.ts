import type { Principal, Scope } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';

/** @throws ApiError 403 where the key lacks the scope. */
export function authorise(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new ApiError(403, `This key lacks the scope "${scope}". Use a key that has it.`, {
    type: 'permission_error',
    code: 'insufficient_scope',
  });
}
