import type { Permission, Principal } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';

/** @throws ApiError 403 where the caller lacks the permission. */
export function authorise(principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return;
  throw new ApiError(403, `This key lacks the permission "${permission}". Use a key that has it.`, {
    type: 'permission_error',
    code: 'insufficient_permissions',
  });
}
