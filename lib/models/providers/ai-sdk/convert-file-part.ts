import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import { isObject, type UnknownObject } from './json.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

/** Which URLs the model fetches by itself: patterns by media type, as the AI SDK's models declare them. */
export type SupportedUrls = Readonly<Record<string, readonly RegExp[]>>;

const imageTypes = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp', 'image/bmp'],
  ['heic', 'image/heic'],
  ['avif', 'image/avif'],
]);

const audioTypes = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
]);

/**
 * Converts a part of a message that is not text: `image_url`, `file` or `input_audio`.
 *
 * A URL goes to a provider that fetches it by itself; nothing is downloaded here, because a caller could make the
 * gateway read addresses of its own network.
 *
 * @throws UpstreamError `unsupported_parameter` or `invalid_request`.
 */
export function convertFilePart(
  part: UnknownObject,
  path: string,
  supportedUrls: SupportedUrls,
): LanguageModelV4FilePart {
  switch (part.type) {
    case 'image_url':
      return convertImage(part, path, supportedUrls);
    case 'file':
      return convertFile(part, path);
    case 'input_audio':
      return convertAudio(part, path);
    default:
      throw unsupportedParameter(
        `${path}.type`,
        'the provider takes parts of type text, image_url, file and input_audio.',
      );
  }
}

function convertImage(part: UnknownObject, path: string, supportedUrls: SupportedUrls) {
  refuseUnknownFields(part, ['type', 'image_url'], path);
  const image = objectIn(part, 'image_url', path);
  refuseUnknownFields(image, ['url', 'detail'], `${path}.image_url`);
  if (image.detail !== undefined && image.detail !== 'auto') {
    throw unsupportedParameter(`${path}.image_url.detail`, 'only "auto" is supported by the provider.');
  }
  const url = textIn(image, 'url', `${path}.image_url`);
  if (url.startsWith('data:')) return dataPart(url, `${path}.image_url.url`);
  return urlPart(url, `${path}.image_url.url`, supportedUrls);
}

function convertFile(part: UnknownObject, path: string): LanguageModelV4FilePart {
  refuseUnknownFields(part, ['type', 'file'], path);
  const file = objectIn(part, 'file', path);
  if (file.file_id !== undefined) {
    throw unsupportedParameter(
      `${path}.file.file_id`,
      'the provider cannot read stored files; send the file as a data: URL in file_data.',
    );
  }
  refuseUnknownFields(file, ['file_data', 'filename'], `${path}.file`);
  const converted = dataPart(textIn(file, 'file_data', `${path}.file`), `${path}.file.file_data`);
  return typeof file.filename === 'string' ? { ...converted, filename: file.filename } : converted;
}

function convertAudio(part: UnknownObject, path: string): LanguageModelV4FilePart {
  refuseUnknownFields(part, ['type', 'input_audio'], path);
  const audio = objectIn(part, 'input_audio', path);
  refuseUnknownFields(audio, ['data', 'format'], `${path}.input_audio`);
  const mediaType = audioTypes.get(String(audio.format));
  if (mediaType === undefined) {
    throw unsupportedParameter(`${path}.input_audio.format`, 'the provider takes "wav" and "mp3".');
  }
  const data = textIn(audio, 'data', `${path}.input_audio`);
  return { type: 'file', mediaType, data: { type: 'data', data } };
}

function dataPart(url: string, path: string): LanguageModelV4FilePart {
  const match = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64,/.exec(url.slice(0, 256));
  if (match?.[1] === undefined) {
    throw invalidRequest(path, 'expected a URL of the form data:<media type>;base64,<data>.');
  }
  return { type: 'file', mediaType: match[1], data: { type: 'data', data: url.slice(match[0].length) } };
}

function urlPart(text: string, path: string, supportedUrls: SupportedUrls): LanguageModelV4FilePart {
  // Other schemes (s3:) would be read with the deployment's own rights.
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw invalidRequest(path, 'expected an http, https or data URL.');
  }
  const url = new URL(text);
  const extension = /\.(\w+)$/.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
  const mediaType = imageTypes.get(extension) ?? 'image/*';
  if (!isSupported(url, mediaType, supportedUrls)) {
    throw unsupportedParameter(path, 'the provider does not fetch this URL; send the image as a data: URL.');
  }
  return { type: 'file', mediaType, data: { type: 'url', url } };
}

function isSupported(url: URL, mediaType: string, supportedUrls: SupportedUrls): boolean {
  // The specification has patterns match the URL in lower case.
  const text = url.href.toLowerCase();
  return ['*', '*/*', 'image/*', mediaType].some((type) =>
    supportedUrls[type]?.some((pattern) => pattern.test(text)),
  );
}

function objectIn(object: UnknownObject, key: string, path: string): UnknownObject {
  const value = object[key];
  if (!isObject(value)) throw invalidRequest(`${path}.${key}`, 'expected an object.');
  return value;
}

function textIn(object: UnknownObject, key: string, path: string): string {
  const value = object[key];
  if (typeof value !== 'string') throw invalidRequest(`${path}.${key}`, 'expected a string.');
  return value;
}
