import {
  GetParameterCommand,
  ParameterNotFound,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** The value of a parameter of Systems Manager; undefined where there is none of that name. */
export async function readParameter(
  location: Location,
  name: string,
  options: CallOptions,
): Promise<string | undefined> {
  const client = new SSMClient(clientOptions(location));
  try {
    const { Parameter: parameter } = await client.send(
      new GetParameterCommand({ Name: name }),
      sendOptions(options),
    );
    return parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/**
 * The short names of the services that a region offers, from AWS's public parameters; none for a region unknown to AWS.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html
 */
export async function servicesInRegion(location: Location, options: CallOptions): Promise<Set<string>> {
  const client = new SSMClient(clientOptions(location));
  const services = new Set<string>();
  try {
    const pages = paginateGetParametersByPath(
      { client, pageSize: 10 },
      { Path: `/aws/service/global-infrastructure/regions/${location.region}/services` },
      sendOptions(options),
    );
    for await (const { Parameters: parameters = [] } of pages) {
      for (const { Value: value } of parameters) if (value !== undefined) services.add(value);
    }
    return services;
  } finally {
    client.destroy();
  }
}
