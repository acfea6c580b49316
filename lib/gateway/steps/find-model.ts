import type { Configuration } from '../../config/schema.ts';
import type { Operation } from '../../plugin/index.ts';
import { ApiError } from '../errors/api-error.ts';

/**
 * Checks that the wanted name exists, that the caller may use it, and that it can do what is asked.
 *
 * @param allowed - the names that the caller may use; absent: all
 * @throws ApiError 404 for a name that is unknown or not the caller's to use, 400 for one that cannot do it.
 */
export function findModel(
  alias: string,
  operation: Operation,
  models: Configuration['models'],
  allowed: readonly string[] | undefined,
): void {
  const model = Object.hasOwn(models, alias) ? models[alias] : undefined;
  if (!model || !isAllowed(alias, allowed)) throw unknownModel(alias);
  if (!model.operations.includes(operation)) {
    throw new ApiError(
      400,
      `The model '${alias}' does not do ${operation}; it does ${model.operations.join(' and ')}.`,
      {
        param: 'model',
        code: 'unsupported_operation',
      },
    );
  }
}

/** True where the caller's key is not limited to other models. */
export function isAllowed(alias: string, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || allowed.includes(alias);
}

/** The same, as OpenAI has it, whether there is no such model or the key may not use it. */
export function unknownModel(alias: string): ApiError {
  return new ApiError(
    404,
    `The model '${alias}' does not exist or you do not have access to it. GET /v1/models lists those that you may use.`,
    { param: 'model', code: 'model_not_found' },
  );
}
