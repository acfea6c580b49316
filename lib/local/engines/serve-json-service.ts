import type { Engine } from './engine.ts';
import { ServiceError } from './json-service.ts';
import { type HttpAnswer, serveOnLoopback } from './serve-on-loopback.ts';
import { type Authorize, readCaller } from './service-call.ts';

/** An operation's parameters, with AWS's names. */
export type JsonInput = Readonly<Record<string, unknown>>;
/** @throws ServiceError where the operation refuses */
export type JsonOperation = (input: JsonInput) => object | Promise<object>;

export interface JsonServiceDefinition {
  /** As in an IAM action, such as `kms`. */
  readonly service: string;
  readonly operations: ReadonlyMap<string, JsonOperation>;
  /** @default - everybody may do everything */
  readonly authorize?: Authorize;
}

/**
 * Serves operations on loopback with AWS's JSON protocol, version 1.1.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function serveJsonService({ service, operations, authorize }: JsonServiceDefinition): Promise<Engine> {
  return serveOnLoopback(async ({ headers, body }) => {
    try {
      const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
      const execute = operations.get(operation);
      if (!execute)
        throw new ServiceError('UnknownOperationException', `there is no operation ${operation} here`);
      const input = parseInput(body);
      authorize?.({ service, operation, ...readCaller(headers), input });
      return toAnswer(200, await execute(input));
    } catch (error) {
      if (error instanceof ServiceError) return toAnswer(400, { __type: error.code, Message: error.reason });
      return toAnswer(500, { __type: 'InternalServiceError', Message: String(error) });
    }
  });
}

function toAnswer(status: number, body: object): HttpAnswer {
  return { status, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
}

function parseInput(text: string): JsonInput {
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as JsonInput;
  } catch {
    // Answered below, like any body that is not an object.
  }
  throw new ServiceError('SerializationException', 'the body is not a JSON object');
}
