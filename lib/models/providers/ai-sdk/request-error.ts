import { UpstreamError } from '../../../plugin/index.ts';

/**
 * A parameter that the provider cannot honour.
 *
 * @param param as a caller would write it, for example `messages[0].content[1].image_url`
 * @param advice what is missing and what to do, as a sentence; never a value from the request
 */
export function unsupportedParameter(param: string, advice: string): UpstreamError {
  return requestError('unsupported_parameter', param, advice, 'unsupported_parameter');
}

/** A request that is wrong in itself, whatever the provider. Parameters as above. */
export function invalidRequest(param: string, advice: string): UpstreamError {
  return requestError('invalid_request', param, advice, null);
}

function requestError(
  errorClass: 'unsupported_parameter' | 'invalid_request',
  param: string,
  advice: string,
  code: string | null,
): UpstreamError {
  const message = `${param}: ${advice}`;
  return new UpstreamError(errorClass, message, {
    status: 400,
    detail: { message, type: 'invalid_request_error', param, code },
  });
}
