import type { JsonObject } from '../../../plugin/index.ts';
import { grantedPermissions, type Principal, type Role, type Scope } from '../../../tenancy/index.ts';
import { normalizeRange } from '../../../tenancy/source-ranges.ts';
import { ApiError } from '../../errors/api-error.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';

/**
 * What a key of a role may do, from the permissions that were named for it: none means all that the role may.
 *
 * @throws ApiError 400 for a permission that the role lacks, 403 for one that the caller lacks
 */
export function chooseScopes(
  principal: Principal,
  role: Role,
  wanted: readonly string[] | undefined,
): readonly Scope[] {
  const scopes: readonly string[] = wanted && wanted.length > 0 ? wanted : ['admin'];
  const granted: ReadonlySet<string> = grantedPermissions(role, scopes);
  const foreign = wanted?.find((scope) => !granted.has(scope));
  if (foreign !== undefined) {
    throw new ApiError(400, `The role "${role}" does not have the permission "${foreign}".`, {
      param: 'scopes',
      code: 'invalid_value',
    });
  }
  refuseExceeding(principal, grantedPermissions(role, scopes));
  return scopes as readonly Scope[];
}

/** @throws ApiError 400 for what is no range of addresses */
export function readRanges(body: JsonObject): { readonly sourceRanges?: readonly string[] } {
  const given = body.source_ranges as readonly string[] | undefined;
  if (given === undefined) return {};
  const sourceRanges = given.map((text, index) => {
    const range = normalizeRange(text);
    if (range !== undefined) return range;
    throw new ApiError(400, `'${text}' is no range of addresses such as 192.0.2.0/24 or 2001:db8::/32.`, {
      param: `source_ranges[${index}]`,
      code: 'invalid_value',
    });
  });
  return { sourceRanges };
}

/** When a key that is made or changed now ends. */
export function readExpiry(body: JsonObject): { readonly expiresAtMs?: number } {
  const { expires_in_seconds: inSeconds } = body;
  return typeof inSeconds === 'number' ? { expiresAtMs: Date.now() + inSeconds * 1_000 } : {};
}
