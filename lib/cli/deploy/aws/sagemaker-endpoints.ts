import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** The state of an endpoint. */
export interface EndpointState {
  /** `InService`, `Creating`, `Failed`, … */
  readonly status: string;
  readonly failureReason: string | undefined;
}

/** The state of a SageMaker endpoint; undefined where there is none of that name. */
export async function endpointState(
  location: Location,
  name: string,
  options: CallOptions,
): Promise<EndpointState | undefined> {
  const client = new SageMakerClient(clientOptions(location));
  try {
    const endpoint = await client.send(
      new DescribeEndpointCommand({ EndpointName: name }),
      sendOptions(options),
    );
    return { status: endpoint.EndpointStatus ?? 'unknown', failureReason: endpoint.FailureReason };
  } catch (error) {
    if (
      error instanceof Error &&
      error.name === 'ValidationException' &&
      /could not find/i.test(error.message)
    )
      return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}
