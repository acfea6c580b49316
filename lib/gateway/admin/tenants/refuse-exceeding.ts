import { exceedingPermission, type Permission, type Principal } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';

/**
 * Nobody hands out, takes away or replaces what it may not do itself.
 *
 * @throws ApiError 403
 */
export function refuseExceeding({ permissions }: Principal, granted: ReadonlySet<Permission>): void {
  const exceeding = exceedingPermission(granted, permissions);
  if (exceeding === undefined) return;
  throw new ApiError(403, `This takes the permission "${exceeding}", which you lack yourself.`, {
    type: 'permission_error',
    code: 'insufficient_permissions',
  });
}
