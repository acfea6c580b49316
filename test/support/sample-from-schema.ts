/** A JSON Schema as `z.toJSONSchema` writes it. */
export type JsonSchema = {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
};

/** Finds the schema of a `$ref`. */
export type Resolve = (reference: string) => JsonSchema;

/**
 * The smallest value that a schema allows. Texts with a `pattern` are not made up: they have to be among the known values.
 *
 * @param known - values by the name of the property
 */
export function sampleFromSchema(
  schema: JsonSchema,
  resolve: Resolve,
  known: Readonly<Record<string, unknown>> = {},
  name = '',
): unknown {
  if (name in known) return known[name];
  if (typeof schema.$ref === 'string') return sampleFromSchema(resolve(schema.$ref), resolve, known, name);
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  if (schema.enum) return schema.enum[0];
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (alternative) return sampleFromSchema(alternative, resolve, known, name);
  if (schema.allOf) {
    return Object.assign(
      {},
      ...schema.allOf.map((part) => sampleFromSchema(part, resolve, known, name) as object),
    );
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((property) => [
          property,
          sampleFromSchema(schema.properties?.[property] ?? {}, resolve, known, property),
        ]),
      );
    case 'array':
      return schema.items && Number(schema.minItems ?? 0) > 0
        ? [sampleFromSchema(schema.items, resolve, known, name)]
        : [];
    case 'integer':
    case 'number':
      return sampleNumber(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      if (schema.pattern !== undefined && schema.format === undefined) {
        throw new Error(`say what to send as "${name}": ${schema.pattern}`);
      }
      return sampleText(schema);
    default:
      return {};
  }
}

function sampleNumber({ minimum, exclusiveMinimum }: JsonSchema): number {
  if (typeof minimum === 'number' && minimum > -1e15) return Math.max(1, minimum);
  return typeof exclusiveMinimum === 'number' ? Math.max(1, exclusiveMinimum + 1) : 1;
}

function sampleText({ format, minLength }: JsonSchema): string {
  if (format === 'email') return 'someone@example.com';
  if (format === 'uri') return 'https://example.com/hook';
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  return 'sample'.padEnd(Number(minLength ?? 0), 'x');
}
