import { isObject } from './json.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

/**
 * The text of a message's content where a provider takes a single one; parts stand on lines of their own.
 *
 * @throws UpstreamError where the content has parts other than text.
 */
export function joinText(content: unknown, path: string): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidRequest(path, 'expected a string or an array of parts.');
  return content.map((part: unknown, index) => textOfPart(part, `${path}[${index}]`)).join('\n');
}

/** The text of one part of a message's content. */
export function textOfPart(part: unknown, path: string): string {
  if (!isObject(part)) throw invalidRequest(path, 'expected an object.');
  if (part.type === 'refusal' && typeof part.refusal === 'string') return part.refusal;
  if (part.type !== 'text') throw unsupportedParameter(path, 'only text is supported here by the provider.');
  if (typeof part.text !== 'string') throw invalidRequest(`${path}.text`, 'expected a string.');
  refuseUnknownFields(part, ['type', 'text'], path);
  return part.text;
}
