import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** The role with which API Gateway writes logs in this account and region; undefined where none is set. */
export async function apiGatewayLogRole(
  location: Location,
  options: CallOptions,
): Promise<string | undefined> {
  const client = new APIGatewayClient(clientOptions(location));
  try {
    const { cloudwatchRoleArn } = await client.send(new GetAccountCommand({}), sendOptions(options));
    return cloudwatchRoleArn;
  } finally {
    client.destroy();
  }
}
