/** What requests to AWS are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a role's session. */
  readonly sessionToken?: string | undefined;
}

/** Asked for every request, so it remembers what it gives and renews it in time. */
export type CredentialsProvider = () => Promise<Credentials>;

/**
 * The credentials in the environment, which hold as long as a function's process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @throws Error where there are none
 */
export const environmentCredentials: CredentialsProvider = async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken };
  throw new Error(
    'no AWS credentials are in the environment: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
};
