import type { Configuration } from '../../config/schema.ts';
import type { Operation } from '../../plugin/index.ts';
import { ApiError } from '../errors/api-error.ts';

/**
 * Checks that the wanted name exists and can do what is asked.
 *
 * @throws ApiError 404 for an unknown name, 400 for one that cannot do it.
 */
export function findModel(alias: string, operation: Operation, models: Configuration['models']): void {
  const model = Object.hasOwn(models, alias) ? models[alias] : undefined;
  if (!model) throw unknownModel(alias);
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

export function unknownModel(alias: string): ApiError {
  return new ApiError(404, `The model '${alias}' does not exist. GET /v1/models lists those that do.`, {
    param: 'model',
    code: 'model_not_found',
  });
}
