import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetInferenceProfileCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-bedrock';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** What Bedrock says of a model in an account and region. */
export interface ModelAvailability {
  readonly inRegion: boolean;
  readonly authorised: boolean;
  /** The agreement with the model's vendor, for models that are sold through the marketplace. */
  readonly agreed: boolean;
}

/** Whether an account may call a foundation model in a region; undefined where there is no such model. */
export async function modelAvailability(
  location: Location,
  modelId: string,
  options: CallOptions,
): Promise<ModelAvailability | undefined> {
  const answer = await ask(location, (client) =>
    client.send(new GetFoundationModelAvailabilityCommand({ modelId }), sendOptions(options)),
  );
  if (answer === undefined) return undefined;
  return {
    inRegion: answer.regionAvailability !== 'NOT_AVAILABLE',
    authorised: answer.authorizationStatus !== 'NOT_AUTHORIZED',
    agreed: (answer.agreementAvailability?.status ?? 'AVAILABLE') === 'AVAILABLE',
  };
}

/** The state of an inference profile over several regions; undefined where there is none of that name. */
export async function inferenceProfileStatus(
  location: Location,
  identifier: string,
  options: CallOptions,
): Promise<string | undefined> {
  const profile = await ask(location, (client) =>
    client.send(
      new GetInferenceProfileCommand({ inferenceProfileIdentifier: identifier }),
      sendOptions(options),
    ),
  );
  return profile?.status;
}

async function ask<T>(
  location: Location,
  call: (client: BedrockClient) => Promise<T>,
): Promise<T | undefined> {
  const client = new BedrockClient(clientOptions(location));
  try {
    return await call(client);
  } catch (error) {
    // An id that is none is "not valid" for some operations and "not found" for others.
    if (error instanceof ResourceNotFoundException || error instanceof ValidationException) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}
