import { RuntimeError } from '../runtime-error.ts';

/** Where in a template something stands: the stack, then the keys from the template's root. */
export interface TemplatePlace {
  readonly stack: string;
  readonly path: readonly (string | number)[];
}

/** A template asks for something that is not there or that the local runtime does not know. */
export function templateError(place: TemplatePlace, reason: string): RuntimeError {
  return new RuntimeError('broken-template', `${place.stack}: ${place.path.join('.')}: ${reason}`);
}

/** The place one or more keys further down. */
export function within(place: TemplatePlace, ...keys: readonly (string | number)[]): TemplatePlace {
  return { stack: place.stack, path: [...place.path, ...keys] };
}
