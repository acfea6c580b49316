import type { RestApiDefinition } from './api-gateway/rest-api-definition.ts';
import type { Runtime } from './runtime.ts';

/** The outputs, in which the address that an API would have in AWS is the one that it has here. */
export function outputsWithLocalUrl(
  outputs: Runtime['outputs'],
  apis: readonly RestApiDefinition[],
  url: string,
): Runtime['outputs'] {
  const localize = (value: string): string =>
    apis.reduce((text, { apiId, stageName }) => {
      const address = new RegExp(`https://${apiId}\\.execute-api\\.[^/]+/${stageName}(?![^/])`, 'g');
      return text.replaceAll(address, url);
    }, value);
  return mapValues(outputs, (stack) => mapValues(stack, localize));
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
