import { ServiceError } from '../engines/json-service.ts';
import type { JsonInput } from '../engines/serve-json-service.ts';

/** Names and values that are no secret and without which a ciphertext cannot be decrypted. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** How long a value is, in bytes or characters, both limits included. */
interface Length {
  readonly min: number;
  readonly max: number;
}

/** @throws ServiceError `ValidationException` where the parameter is missing or no text */
export function readText(input: JsonInput, name: string): string {
  return readOptionalText(input, name) ?? refuseParameter(name, 'Member must not be null');
}

/** @throws ServiceError `ValidationException` where the parameter is no text */
export function readOptionalText(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return refuseParameter(name, 'Member must be a text');
  if (value === '') return refuseParameter(name, 'Member must have length greater than or equal to 1');
  return value;
}

/** One of the names that a parameter may have. @throws ServiceError `ValidationException` */
export function readChoice<Choice extends string>(
  input: JsonInput,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = readOptionalText(input, name);
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  return choice ?? refuseParameter(name, `Member must satisfy enum value set: [${choices.join(', ')}]`);
}

/** Bytes, which JSON holds in Base64. @throws ServiceError `ValidationException` */
export function readBytes(input: JsonInput, name: string, { min, max }: Length): Buffer {
  const text = input[name];
  if (text === undefined || text === null) return refuseParameter(name, 'Member must not be null');
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  if (bytes === undefined || bytes.toString('base64') !== text)
    throw new ServiceError('SerializationException', `${name} is not in Base64`);
  if (bytes.length < min)
    return refuseParameter(name, `Member must have length greater than or equal to ${min}`);
  if (bytes.length > max)
    return refuseParameter(name, `Member must have length less than or equal to ${max}`);
  return bytes;
}

/** A whole number. @throws ServiceError `ValidationException` */
export function readOptionalNumber(input: JsonInput, name: string, { min, max }: Length): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    return refuseParameter(name, 'Member must be a number');
  if (value < min) return refuseParameter(name, `Member must have value greater than or equal to ${min}`);
  if (value > max) return refuseParameter(name, `Member must have value less than or equal to ${max}`);
  return value;
}

/** An encryption context; empty where there is none. @throws ServiceError `ValidationException` */
export function readContext(input: JsonInput, name: string): EncryptionContext {
  const value = input[name] ?? {};
  const isMap = typeof value === 'object' && !Array.isArray(value);
  if (!isMap || Object.values(value).some((text) => typeof text !== 'string'))
    return refuseParameter(name, 'Member must be a map of texts');
  return value as EncryptionContext;
}

function refuseParameter(name: string, constraint: string): never {
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
