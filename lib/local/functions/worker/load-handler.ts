import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeThrown, FunctionError } from '../function-error.ts';
import type { PlainHandler, StreamingHandler } from './awslambda.ts';

/** In the order in which Lambda looks for a handler's module. */
const extensions = ['.js', '.mjs', '.cjs'];

/**
 * Loads the module of a handler such as `index.handler` and finds its export.
 *
 * @throws FunctionError as Lambda reports it: no such module or export, or what the module threw
 */
export async function loadHandler(
  codeDirectory: string,
  handler: string,
): Promise<PlainHandler | StreamingHandler> {
  const [, path = handler, exportPath = ''] = /^(.*?[^/.]+)\.(.+)$/.exec(handler) ?? [];
  const exports = await importModule(codeDirectory, path);
  const found = findExport(exports, exportPath) ?? findExport(exports.default, exportPath);
  if (typeof found === 'function') return found as PlainHandler | StreamingHandler;
  throw new FunctionError({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: `${handler} is undefined or not exported`,
  });
}

async function importModule(codeDirectory: string, path: string): Promise<Record<string, unknown>> {
  const file = extensions.map((extension) => join(codeDirectory, path + extension)).find(existsSync);
  if (file === undefined) {
    throw new FunctionError({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: `Error: Cannot find module '${path}' in ${codeDirectory}`,
    });
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (thrown) {
    throw new FunctionError(describeLoadError(thrown));
  }
}

function describeLoadError(thrown: unknown) {
  const error = describeThrown(thrown);
  if (thrown instanceof SyntaxError) return { ...error, errorType: 'Runtime.UserCodeSyntaxError' };
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return {
      ...error,
      errorType: 'Runtime.ImportModuleError',
      errorMessage: `Error: ${error.errorMessage}`,
    };
  }
  return error;
}

function findExport(exports: unknown, path: string): unknown {
  let found = exports;
  for (const name of path.split('.')) {
    if (found === null || (typeof found !== 'object' && typeof found !== 'function')) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
