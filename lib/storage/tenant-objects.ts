import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { RecentValues } from './recent-values.ts';
import type { CredentialsFor } from './tenant-clients.ts';

export interface TenantObjectsOptions {
  readonly bucketName: string;
  readonly credentialsFor: CredentialsFor;
  /** Where S3 is. @default - found by the region and `AWS_ENDPOINT_URL_S3` */
  readonly endpoint?: string;
  readonly region?: string;
}

/** Objects by their whole key, reached with the credentials of a tenant. */
export interface TenantObjects {
  put(tenantId: string, key: string, bytes: Uint8Array): Promise<void>;
  /** @returns the number of bytes where there are more than `mostBytes`; undefined where there is no object */
  get(tenantId: string, key: string, mostBytes: number): Promise<Uint8Array | number | undefined>;
  delete(tenantId: string, key: string): Promise<void>;
}

const mostClients = 200;

export function tenantObjects({
  bucketName,
  credentialsFor,
  endpoint,
  region,
}: TenantObjectsOptions): TenantObjects {
  let first: S3Client | undefined;
  const clients = new RecentValues(mostClients, (tenantId) => {
    const client = new S3Client({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      credentials: credentialsFor(tenantId),
      // An address of its own for each bucket is what S3 wants; one machine has only the one.
      forcePathStyle: (endpoint ?? process.env.AWS_ENDPOINT_URL_S3) !== undefined,
      maxAttempts: 4,
      requestHandler: first?.config.requestHandler ?? { connectionTimeout: 1_000, requestTimeout: 20_000 },
    });
    first ??= client;
    return client;
  });
  const at = (key: string) => ({ Bucket: bucketName, Key: key });
  return {
    async put(tenantId, key, bytes) {
      await clients.get(tenantId).send(new PutObjectCommand({ ...at(key), Body: bytes }));
    },
    async get(tenantId, key, mostBytes) {
      try {
        const { Body: body, ContentLength: length = 0 } = await clients
          .get(tenantId)
          .send(new GetObjectCommand(at(key)));
        if (length > mostBytes) {
          // Not read, the answer would keep its connection.
          if (body !== undefined && 'destroy' in body) body.destroy();
          return length;
        }
        const bytes = await body?.transformToByteArray();
        return bytes !== undefined && bytes.byteLength > mostBytes ? bytes.byteLength : bytes;
      } catch (error) {
        if (error instanceof NoSuchKey || isMissing(error)) return undefined;
        throw error;
      }
    },
    async delete(tenantId, key) {
      await clients.get(tenantId).send(new DeleteObjectCommand(at(key)));
    },
  };
}

/**
 * S3 tells that an object is missing only those who may list the bucket, and tells others that they may not. No tenant
 * may: it would see the names of all others' objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
function isMissing(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    error.name === 'AccessDenied' &&
    error.message.includes('s3:ListBucket')
  );
}
