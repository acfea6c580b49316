import type { ConfigurationInput } from './schema.ts';

/** Gives `openclaw.config.ts` its types. Validation happens when the file is loaded, with the file's name at hand. */
export function defineConfig(configuration: ConfigurationInput): ConfigurationInput {
  return configuration;
}
