import type { CallScope, Check } from '../check.ts';

/** A request to S3 by path: `/bucket/key`. */
export interface S3Request {
  readonly method: string;
  /** Path and query as they stand in the request. */
  readonly url: string;
  /** `x-amz-copy-source`, for a copy. */
  readonly copySource?: string | undefined;
}

/** What a query parameter makes of a request: the action, by method. */
const subresources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  acl: { GET: 'GetObjectAcl', PUT: 'PutObjectAcl' },
  attributes: { GET: 'GetObjectAttributes' },
  'legal-hold': { GET: 'GetObjectLegalHold', PUT: 'PutObjectLegalHold' },
  retention: { GET: 'GetObjectRetention', PUT: 'PutObjectRetention' },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  uploads: { POST: 'PutObject' },
  uploadId: {
    GET: 'ListMultipartUploadParts',
    PUT: 'PutObject',
    POST: 'PutObject',
    DELETE: 'AbortMultipartUpload',
  },
  restore: { POST: 'RestoreObject' },
};

const bucketSubresources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  encryption: { GET: 'GetEncryptionConfiguration', PUT: 'PutEncryptionConfiguration' },
  lifecycle: { GET: 'GetLifecycleConfiguration', PUT: 'PutLifecycleConfiguration' },
  location: { GET: 'GetBucketLocation' },
  notification: { GET: 'GetBucketNotification', PUT: 'PutBucketNotification' },
  'object-lock': { GET: 'GetBucketObjectLockConfiguration', PUT: 'PutBucketObjectLockConfiguration' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  tagging: { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'PutBucketTagging' },
  uploads: { GET: 'ListBucketMultipartUploads' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  versions: { GET: 'ListBucketVersions' },
};

const plainObject: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'GetObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
  POST: 'PutObject',
};
const versionedObject: Readonly<Record<string, string>> = {
  GET: 'GetObjectVersion',
  HEAD: 'GetObjectVersion',
  DELETE: 'DeleteObjectVersion',
};
const plainBucket: Readonly<Record<string, string>> = {
  GET: 'ListBucket',
  HEAD: 'ListBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};

/**
 * The permissions that a request to S3 needs, or undefined for a request that is not known here.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 *
 * @param deletedKeys - the keys that the body of a request to delete several objects names
 */
export function s3Checks(
  request: S3Request,
  scope: CallScope,
  deletedKeys: readonly string[] = [],
): readonly Check[] | undefined {
  const target = readTarget(request.url);
  if (target === undefined) return undefined;
  const { bucket, key, query } = target;
  if (![...query.keys()].every(isKnownParameter)) return undefined;
  const bucketArn = `arn:${scope.partition}:s3:::${bucket}`;
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (key === '' && query.has('delete')) {
    if (deletedKeys.length === 0) return undefined;
    return deletedKeys.map((name) => ({ action: 's3:DeleteObject', resource: `${bucketArn}/${name}` }));
  }
  if (key === '') {
    const action = find(bucketSubresources, query, request.method) ?? plainBucket[request.method];
    return action === undefined
      ? undefined
      : [{ action: `s3:${action}`, resource: bucketArn, context: listContext(query) }];
  }
  const plain = query.has('versionId')
    ? (versionedObject[request.method] ?? plainObject[request.method])
    : plainObject[request.method];
  const action = find(subresources, query, request.method) ?? plain;
  if (action === undefined) return undefined;
  const checks: Check[] = [{ action: `s3:${action}`, resource: `${bucketArn}/${key}` }];
  if (request.copySource === undefined) return checks;
  const read = readOfSource(request.copySource, scope);
  return read && [...checks, read];
}

/**
 * The bucket and the key of a path. Not by `URL`, which resolves dots: in a key they are characters like others.
 *
 * @returns undefined for a path that is not well encoded
 */
function readTarget(url: string) {
  const [path = '', ...query] = url.split('?');
  const [, bucket = '', ...rest] = path.split('/');
  const [bucketName, key] = [decode(bucket), decode(rest.join('/'))];
  if (bucketName === undefined || key === undefined) return undefined;
  return { bucket: bucketName, key, query: new URLSearchParams(query.join('?')) };
}

/** Parameters that change nothing about the permission, besides those that name a subresource. */
const plainParameters =
  /^(?:list-type|prefix|delimiter|max-keys|max-uploads|max-parts|marker|.*-marker|continuation-token|start-after|fetch-owner|encoding-type|versionId|partNumber|delete|x-id|response-.*|x-amz-.*)$/i;

/** What is not known might name something else than the bucket or object itself. */
function isKnownParameter(name: string): boolean {
  return plainParameters.test(name) || name in subresources || name in bucketSubresources;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @returns undefined for a source that is not well encoded */
function readOfSource(source: string, { partition }: CallScope): Check | undefined {
  const path = decode(source.replace(/^\//, '').replace(/\?versionId=.*$/, ''));
  if (path === undefined) return undefined;
  const action = source.includes('?versionId=') ? 's3:GetObjectVersion' : 's3:GetObject';
  return { action, resource: `arn:${partition}:s3:::${path}` };
}

/** An action that no policy grants: the subresource has none for the method. */
const UNKNOWN_ACTION = 'UnknownToTheLocalRuntime';

function find(
  table: Readonly<Record<string, Readonly<Record<string, string>>>>,
  query: URLSearchParams,
  method: string,
): string | undefined {
  const named = Object.keys(table).find((name) => query.has(name));
  return named === undefined ? undefined : (table[named]?.[method] ?? UNKNOWN_ACTION);
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
function listContext(query: URLSearchParams): [string, string[]][] {
  return ['prefix', 'delimiter', 'max-keys'].flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[`s3:${name}`, [value]] as [string, string[]]];
  });
}
