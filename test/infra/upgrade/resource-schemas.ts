import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What CloudFormation's schemas say about a type of resource, as far as an upgrade is concerned. */
export interface ResourceSchema {
  /** Whether a resource of the type holds what cannot be made again. */
  readonly isStateful: boolean;
  /** Properties whose change makes CloudFormation replace the resource, or fail. */
  readonly fixedProperties: readonly string[];
}

interface StoredResource {
  readonly cloudFormationType: string;
  readonly isStateful?: boolean;
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: 'yes' | 'no' | 'maybe' }>>;
}

/**
 * Holds what is lost with it, but the database does not say so.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors.html
 */
const alsoStateful = new Set(['AWS::S3Vectors::VectorBucket', 'AWS::S3Vectors::Index']);

/** Logs expire by themselves after a month; a group of a new name loses nobody's data. */
const expiring = new Set(['AWS::Logs::LogGroup']);

/**
 * A change of these is no replacement to CloudFormation: it fails, after the rest of the stack has been changed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
 */
const refused: Readonly<Record<string, readonly string[]>> = {
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
};

/**
 * Reads the database of CloudFormation's schemas that `cdk diff` takes its "requires replacement" from. Its format is
 * the CLI's own, whose version is pinned.
 */
export function readResourceSchemas(): ReadonlyMap<string, ResourceSchema> {
  const cli = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
  const database = JSON.parse(gunzipSync(readFileSync(join(cli, 'db.json.gz'))).toString('utf8'));
  const stored: readonly StoredResource[] = database.schema.resource.entities;
  return new Map(stored.map((resource) => [resource.cloudFormationType, readSchema(resource)]));
}

function readSchema({ cloudFormationType: type, isStateful, properties }: StoredResource): ResourceSchema {
  const replacing = Object.entries(properties)
    .filter(([, { causesReplacement }]) => causesReplacement === 'yes' || causesReplacement === 'maybe')
    .map(([name]) => name);
  return {
    isStateful: (isStateful === true || alsoStateful.has(type)) && !expiring.has(type),
    fixedProperties: [...replacing, ...(refused[type] ?? [])].sort(),
  };
}
