import { CommandError } from '../command-error.ts';
import { classifyFailure } from './aws/call-failure.ts';

/**
 * Runs what asks AWS, and turns a call that failed into a message for the person at the terminal.
 *
 * @throws CommandError for a failure that has a usual cause; any other error as it is
 */
export async function explainingFailures<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    switch (classifyFailure(error)) {
      case 'access-denied':
        throw new CommandError(
          `${said}\n  Next: grant the action named above, or choose others with AWS_PROFILE`,
          {
            cause: error,
          },
        );
      case 'expired-credentials':
        throw new CommandError('the AWS credentials have expired\n  Next: sign in again', { cause: error });
      case 'throttled':
        throw new CommandError('AWS answers no more calls for now\n  Next: try again in a minute', {
          cause: error,
        });
      case 'no-answer':
        throw new CommandError(`AWS does not answer: ${said}\n  Next: check the network and HTTPS_PROXY`, {
          cause: error,
        });
      default:
        throw error;
    }
  }
}
