import { isNothing, type UnknownObject } from './json.ts';
import { unsupportedParameter } from './request-error.ts';

/**
 * Refuses the fields of an object that nothing here translates, so that none is dropped unseen. A field that asks for
 * nothing passes: clients send an assistant's message back as they got it, with `refusal: null` and `annotations: []`.
 *
 * @throws UpstreamError `unsupported_parameter` naming the field.
 */
export function refuseUnknownFields(object: UnknownObject, known: readonly string[], path: string): void {
  for (const [key, value] of Object.entries(object)) {
    if (known.includes(key) || isNothing(value)) continue;
    throw unsupportedParameter(
      `${path}.${key}`,
      'this field is not supported by the provider; leave it out.',
    );
  }
}
