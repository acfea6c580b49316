import { type TemplatePlace, templateError, within } from '../intrinsics/template-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/**
 * The resolved properties of a resource, read by name and type. CloudFormation takes `"30"` for 30 and `"true"` for
 * true, and so does this.
 */
export class Properties {
  readonly #values: JsonObject;
  readonly #place: TemplatePlace;

  constructor(values: JsonObject, place: TemplatePlace) {
    this.#values = values;
    this.#place = place;
  }

  /** The property as it is. */
  get(name: string): Json | undefined {
    return this.#values[name];
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** @throws RuntimeError where the property is missing or no text */
  text(name: string): string {
    return this.optionalText(name) ?? this.#refuse(name, 'is missing');
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (value === null || typeof value === 'object') return this.#refuse(name, 'is no text');
    return String(value);
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    const number = Number(value);
    return Number.isFinite(number) ? number : this.#refuse(name, 'is no number');
  }

  /** False where the property is missing. */
  flag(name: string): boolean {
    const value = this.#values[name];
    return value === true || value === 'true';
  }

  /** A group of properties; empty where it is missing. */
  group(name: string): Properties {
    return new Properties(this.object(name), within(this.#place, name));
  }

  /** An object as it is; empty where it is missing. */
  object(name: string): JsonObject {
    const value = this.#values[name];
    if (value === undefined) return {};
    return isJsonObject(value) ? value : this.#refuse(name, 'is no object');
  }

  /** A list; empty where it is missing. */
  list(name: string): readonly Json[] {
    const value = this.#values[name];
    if (value === undefined) return [];
    return Array.isArray(value) ? value : this.#refuse(name, 'is no list');
  }

  /** A map of texts; empty where it is missing. */
  texts(name: string): Readonly<Record<string, string>> {
    const group = this.group(name);
    return Object.fromEntries(Object.keys(this.object(name)).map((key) => [key, group.text(key)]));
  }

  /** @throws RuntimeError saying what is wrong with the property */
  #refuse(name: string, reason: string): never {
    throw templateError(within(this.#place, name), `the property ${reason}`);
  }
}
