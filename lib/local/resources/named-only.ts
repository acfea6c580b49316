import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** For what has an effect in AWS only, or is read as part of another resource: it gets a name and is otherwise left alone. */
export function nameOnly({ physicalName }: ResourceRequest): CreatedResource {
  return { ref: physicalName({ maxLength: 128 }) };
}
