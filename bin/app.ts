import { ConfigurationError } from '../lib/config/configuration-error.ts';
import { loadConfiguration } from '../lib/config/load-configuration.ts';
import { createApp } from '../lib/stacks/create-app.ts';

// The only variables that the app reads: which configuration, and (CDK's own) where to write and whether to validate.
const { OPENCLAW_CONFIG, CDK_OUTDIR, CDK_VALIDATION } = process.env;

try {
  const configuration = await loadConfiguration(OPENCLAW_CONFIG);
  createApp(configuration, {
    outdir: CDK_OUTDIR ?? 'cdk.out',
    checkOwnRules: CDK_VALIDATION !== 'false',
  }).synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
