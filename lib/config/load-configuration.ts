import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ConfigurationError } from './configuration-error.ts';
import { describeIssues, expectation } from './describe-issues.ts';
import { type Configuration, configurationSchema } from './schema.ts';

/** The configuration file that is read when none is named. */
export const DEFAULT_CONFIGURATION_FILE = 'openclaw.config.ts';

/**
 * Loads a configuration file (TypeScript or JavaScript, an ES module with a default export), checks it and fills in
 * the defaults. Node keeps modules for the life of a process, so a file that changes is read again only by a new one.
 *
 * @param path - the file, relative to the working directory
 * @throws ConfigurationError listing every bad key, or saying why the file cannot be loaded
 */
export async function loadConfiguration(path: string = DEFAULT_CONFIGURATION_FILE): Promise<Configuration> {
  const file = resolve(path);
  const exports = await importFile(file);
  if (!('default' in exports)) {
    throw new ConfigurationError(
      file,
      `the configuration ${file} has no default export; write: export default defineConfig({ … })`,
    );
  }
  return parseConfiguration(exports.default, file);
}

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param file - where the configuration came from, for the message
 * @throws ConfigurationError listing every bad key
 */
export function parseConfiguration(input: unknown, file: string): Configuration {
  const result = configurationSchema.safeParse(input, { error: expectation });
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues);
  const lines = problems.map(({ path, expected }) => `  ${path}: ${expected}`);
  throw new ConfigurationError(file, [`the configuration ${file} is not valid:`, ...lines].join('\n'), {
    problems,
    cause: result.error,
  });
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  await requireFile(file);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new ConfigurationError(file, `the configuration ${file} cannot be loaded: ${explain(error)}`, {
      cause: error,
    });
  }
}

async function requireFile(file: string): Promise<void> {
  let stats: Stats;
  try {
    stats = await stat(file);
  } catch (error) {
    throw new ConfigurationError(
      file,
      `there is no readable configuration file at ${file}; \`npx openclaw init\` writes one`,
      { cause: error },
    );
  }
  if (!stats.isFile()) throw new ConfigurationError(file, `the configuration ${file} is not a file`);
}

/** The message with the place in the file, which Node puts above or below it in the stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? '';
  if (error instanceof SyntaxError) {
    const excerpt = stack.slice(0, Math.max(0, stack.indexOf(`\n${error.name}`))).trimEnd();
    return excerpt === '' ? error.message : `${error.message}\n${excerpt}`;
  }
  const place = /\(?(file:\/\/[^\s)]+?)(:\d+:\d+)\)?$/m.exec(stack);
  if (place?.[1] === undefined || 'code' in error) return error.message;
  return `${error.message} (${fileURLToPath(place[1])}${place[2] ?? ''})`;
}
