import type { JsonObject } from '../json.ts';
import { operatorSignature } from './operator-signature.ts';

/** An error that a service answered, with AWS's name for it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** Such as `ResourceNotFoundException`. */
  readonly code: string;
  /** The service's own sentence. */
  readonly reason: string;

  constructor(code: string, reason: string) {
    super(`${code}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

export interface JsonServiceOptions {
  readonly endpoint: string;
  readonly region: string;
  /** Version of the protocol, such as `1.0`. */
  readonly jsonVersion: '1.0' | '1.1';
  /** What the operation's name follows in `X-Amz-Target`, such as `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  /** Name of the service in a signature. */
  readonly signingName: string;
}

/**
 * A client for AWS's JSON protocols on loopback, for the person at this machine.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export class JsonService {
  readonly #options: JsonServiceOptions;

  constructor(options: JsonServiceOptions) {
    this.#options = options;
  }

  /** The address of something in the service. */
  url(path: string): string {
    return new URL(path, this.#options.endpoint).href;
  }

  /**
   * Calls an operation.
   *
   * @throws ServiceError where the service refuses
   */
  async call<Output = JsonObject>(operation: string, input: object): Promise<Output> {
    const { endpoint, region, jsonVersion, targetPrefix, signingName } = this.#options;
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': `application/x-amz-json-${jsonVersion}`,
        'x-amz-target': `${targetPrefix}.${operation}`,
        ...operatorSignature(signingName, region),
      },
      body: JSON.stringify(input),
    });
    const body: unknown = await answer.json();
    if (answer.ok) return body as Output;
    const { __type: type = 'UnknownError', message, Message } = body as Record<string, string | undefined>;
    const code = type.split('#').at(-1) ?? type;
    throw new ServiceError(code, message ?? Message ?? `${operation} failed with status ${answer.status}`);
  }
}
