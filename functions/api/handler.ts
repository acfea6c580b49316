import { readFileSync } from 'node:fs';
import { readEnvironment } from '../../lib/config/environment.ts';
import { providerKeyNames } from '../../lib/config/provider-key-names.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { createGateway } from '../../lib/gateway/app.ts';
import { createServices } from '../../lib/gateway/create-services.ts';
import { streamingHandler } from './streaming-handler.ts';

/** Validated when the deployment was synthesized, and bundled beside this code. */
const configuration = JSON.parse(
  readFileSync(new URL('configuration.json', import.meta.url), 'utf8'),
) as Configuration;

const environment = {
  ...readEnvironment(
    'API_KEYS_TABLE',
    'REQUESTS_TABLE',
    'RATE_LIMITS_TABLE',
    'TENANCY_TABLE',
    'LEDGER_TABLE',
    'REPLIES_TABLE',
    'JOBS_TABLE',
    'JOBS_QUEUE_URL',
    'TENANT_ROLE',
    'DATA_KEY',
    'OBJECTS_BUCKET',
    'API_KEY_PEPPER_SECRET',
  ),
  ...(configuration.signIn.cognito && readEnvironment('SIGN_IN_ISSUER', 'SIGN_IN_AUDIENCE')),
  // Without providers that take a key, the function may not read the secret.
  ...(providerKeyNames(configuration).length > 0 && readEnvironment('PROVIDER_KEYS_SECRET')),
};

const gateway = createGateway(createServices(environment, configuration));

/** The API: API Gateway's proxy events in, streamed responses out. */
export const handler = streamingHandler(gateway);
