import { JobRefused } from '../../jobs/index.ts';
import { ModerationRefused } from '../../policy/index.ts';
import { ApiError } from '../errors/api-error.ts';

/** Refusals that are about who asks, not about when. */
const forbidden: ReadonlySet<string> = new Set(['own_request', 'reviewed_before']);

/**
 * Does something with a job and tells the caller what forbade it.
 *
 * @throws ApiError 403, 404 or 409
 */
export async function telling<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (refused) {
    if (refused instanceof JobRefused) {
      const status = refused.code === 'job_not_found' ? 404 : 409;
      throw new ApiError(status, refused.message, { code: refused.code, cause: refused });
    }
    if (refused instanceof ModerationRefused) {
      const isForbidden = forbidden.has(refused.code);
      throw new ApiError(isForbidden ? 403 : 409, refused.message, {
        ...(isForbidden && { type: 'permission_error' }),
        code: refused.code,
        cause: refused,
      });
    }
    throw refused;
  }
}
