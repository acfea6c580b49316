import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** Who the credentials belong to. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

/** Asks STS whose credentials these are. Needs no permission: it answers for any credentials that are valid. */
export async function callerIdentity(location: Location, options: CallOptions): Promise<CallerIdentity> {
  const client = new STSClient(clientOptions(location));
  try {
    const { Account: account = '', Arn: arn = '' } = await client.send(
      new GetCallerIdentityCommand({}),
      sendOptions(options),
    );
    return { account, arn };
  } finally {
    client.destroy();
  }
}
