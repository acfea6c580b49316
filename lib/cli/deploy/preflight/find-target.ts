import type { Configuration } from '../../../config/schema.ts';
import { CommandError } from '../../command-error.ts';
import { classifyFailure } from '../aws/call-failure.ts';
import { callerIdentity } from '../aws/caller-identity.ts';
import { defaultRegion } from '../aws/default-region.ts';
import type { Target } from './check.ts';

const signInAgain =
  'sign in again: `aws login`, `aws sso login`, or new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/**
 * Finds out where a deployment goes and as whom. Without an answer nothing else can be asked.
 *
 * @throws CommandError that tells what to set
 */
export async function findTarget({
  account,
  region: configuredRegion,
}: Pick<Configuration, 'account' | 'region'>): Promise<Target> {
  const region = configuredRegion ?? (await defaultRegion());
  if (region === undefined) {
    throw new CommandError('no region is set: set `region` in the configuration, or AWS_REGION');
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new CommandError(`${region} is not the name of a region, such as eu-central-1`);
  }
  const identity = await callerIdentity({ region }, { signal: AbortSignal.timeout(15_000) }).catch(
    (error: unknown) => {
      throw new CommandError(explain(error, region), { cause: error });
    },
  );
  if (account !== undefined && identity.account !== account) {
    throw new CommandError(
      `the configuration is for the account ${account}, but the credentials are of ${identity.account} ` +
        `(${identity.arn}): choose others with AWS_PROFILE, or change \`account\``,
    );
  }
  return { region, identity };
}

function explain(error: unknown, region: string): string {
  switch (classifyFailure(error)) {
    case 'no-credentials':
      return 'there are no AWS credentials: set AWS_PROFILE, run `aws login` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    case 'expired-credentials':
      return `the AWS credentials have expired: ${signInAgain}`;
    case 'invalid-credentials':
      return `AWS does not know the credentials: ${signInAgain}`;
    case 'no-answer':
      return `STS in ${region} does not answer: check the region's name, the network and HTTPS_PROXY`;
    default:
      return `AWS refuses the credentials: ${error instanceof Error ? error.message : error}`;
  }
}
