/** Variables from which the AWS SDKs take credentials. */
const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
] as const;

/** The engines check no signature, but the SDKs send nothing without one. */
const placeholder = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/**
 * What functions sign with: the person's own credentials where the shell has some, so that a function on one machine can
 * call SageMaker or Bedrock.
 */
export function functionCredentials(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const own: Record<string, string> = {};
  for (const name of credentialVariables) {
    const value = environment[name];
    if (value) own[name] = value;
  }
  if (Object.keys(own).length === 0) return placeholder;
  // A profile's files lie in the home folder.
  return environment.HOME === undefined ? own : { ...own, HOME: environment.HOME };
}
