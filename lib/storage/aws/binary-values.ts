/**
 * Writes a request to DynamoDB. Bytes are base64 there.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function writeRequest(input: object): string {
  return JSON.stringify(encodeBytes(input));
}

/** Reads an answer of DynamoDB. */
export function readAnswer(text: string): unknown {
  const answer: unknown = JSON.parse(text);
  // Few items have bytes in them, and looking for some in all of them would cost more than parsing them.
  return text.includes('"B"') || text.includes('"BS"') ? decodeBytes(answer) : answer;
}

/** The value itself where there are no bytes in it. */
function encodeBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  return mapChanged(value, encodeBytes);
}

/** `{"B": text}` is nothing but bytes: what is called B in an item is an object, not text. */
function decodeBytes(value: unknown, key?: string): unknown {
  if (typeof value === 'string') return key === 'B' ? Buffer.from(value, 'base64') : value;
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'BS' && Array.isArray(value)) return value.map((text) => Buffer.from(String(text), 'base64'));
  return mapChanged(value, decodeBytes);
}

/** Copies an object or array only where one of its members changes. */
function mapChanged(value: object, change: (member: unknown, key: string) => unknown): object {
  let copy: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(value)) {
    const changed = change(member, key);
    if (changed === member) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as unknown as Record<string, unknown>;
    copy[key] = changed;
  }
  return copy ?? value;
}
