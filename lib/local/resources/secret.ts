import { createHash } from 'node:crypto';
import { generateSecretString } from '../secrets-manager/generate-secret-string.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** Metadata of a secret: names of the variables that the local runtime puts into it, as a JSON object. */
const LOCAL_VALUES = 'openclaw:localValuesFrom';
/** What keys of this platform itself begin with. */
const OWN_KEY_PREFIX = 'oc_';

/** AWS::SecretsManager::Secret. A value that is there already stays. */
export async function createSecret(resource: ResourceRequest): Promise<CreatedResource> {
  const { properties, services } = resource;
  const name = properties.optionalText('Name') ?? resource.physicalName({ maxLength: 512 });
  // Secrets Manager ends each ARN in six random characters; these are the same on every start.
  const suffix = createHash('sha256').update(name).digest('base64url').replace(/[-_]/g, 'x').slice(0, 6);
  const arn = resource.arn('secretsmanager', `secret:${name}-${suffix}`);
  await services.secretsManager.declare({
    name,
    arn,
    firstValue: () =>
      properties.has('GenerateSecretString')
        ? generateSecretString(properties.group('GenerateSecretString'))
        : properties.optionalText('SecretString'),
    localValues: readLocalValues(resource),
  });
  return { ref: arn, attributes: { Id: arn } };
}

function readLocalValues(resource: ResourceRequest): Record<string, string> {
  const names = resource.metadata[LOCAL_VALUES];
  const values: Record<string, string> = {};
  for (const name of Array.isArray(names) ? names : []) {
    const value = typeof name === 'string' ? resource.environment[name] : undefined;
    if (typeof name !== 'string' || value === undefined || value === '') continue;
    if (value.startsWith(OWN_KEY_PREFIX)) {
      resource.warn(
        `${name} holds a key of this platform (${OWN_KEY_PREFIX}…), not one of a model provider; ` +
          'give the provider’s key under a name of its own',
      );
    }
    values[name] = value;
  }
  return values;
}
