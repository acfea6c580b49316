import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { configurationNames } from './configurations.ts';
import { findLosses } from './upgrade/find-losses.ts';
import { presentResources } from './upgrade/present-resources.ts';
import { compareVersions, readLastRelease } from './upgrade/release-snapshot.ts';
import { readResourceSchemas } from './upgrade/resource-schemas.ts';
import { type StatefulResource, statefulResources } from './upgrade/stateful-resources.ts';

describe('an upgrade from the last release', () => {
  const { version, snapshot } = readLastRelease();
  const present = presentResources();

  it.each(configurationNames)('keeps every stateful resource of the configuration %s', (name) => {
    expect(findLosses(snapshot[name] ?? {}, present[name])).toEqual([]);
  });

  it('is compared with a release that has data to lose', () => {
    const types = Object.values(snapshot.smallest ?? {}).map(({ type }) => type);
    expect(new Set(types)).toEqual(
      new Set(['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']),
    );
    expect(compareVersions(version, manifest.version)).toBeLessThanOrEqual(0);
  });
});

describe('the comparison', () => {
  const table: StatefulResource = {
    type: 'AWS::DynamoDB::Table',
    deletionPolicy: 'Retain',
    updateReplacePolicy: 'Retain',
    fixed: { KeySchema: [{ AttributeName: 'keyId', KeyType: 'HASH' }] },
  };
  const former = { 'Data/Keys': table };

  it.each([
    ['nothing changes', { 'Data/Keys': table }],
    ['a table is added', { 'Data/Keys': table, 'Data/More': table }],
    ['a resource is kept better', { 'Data/Keys': { ...table, deletionPolicy: 'RetainExceptOnCreate' } }],
  ])('finds nothing where %s', (_, present) => {
    expect(findLosses(former, present)).toEqual([]);
  });

  it.each([
    ['a removed resource', {}, 'Data/Keys (AWS::DynamoDB::Table) is gone: '],
    ['a renamed one', { 'Data/NewKeys': table }, 'Data/NewKeys looks like the same one, renamed'],
    ['one that moved to another stack', { 'Api/Keys': table }, 'Api/Keys looks like the same one, renamed'],
    [
      'another type under its id',
      { 'Data/Keys': { ...table, type: 'AWS::DynamoDB::GlobalTable' } },
      'was AWS::DynamoDB::Table and is now AWS::DynamoDB::GlobalTable',
    ],
    [
      'another key schema',
      { 'Data/Keys': { ...table, fixed: { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] } } },
      'would be replaced by an empty one: KeySchema changes from [{"AttributeName":"keyId","KeyType":"HASH"}] to ' +
        '[{"AttributeName":"id","KeyType":"HASH"}]',
    ],
    [
      'a name where there was none',
      { 'Data/Keys': { ...table, fixed: { ...table.fixed, TableName: 'keys' } } },
      'TableName changes from undefined to "keys"',
    ],
    [
      'a deletion policy that deletes',
      { 'Data/Keys': { ...table, deletionPolicy: 'Delete' } },
      'loses its DeletionPolicy Retain',
    ],
    [
      'a replacement that deletes',
      { 'Data/Keys': { ...table, updateReplacePolicy: 'Delete' } },
      'loses its UpdateReplacePolicy Retain',
    ],
  ])('tells of %s', (_, present, sentence) => {
    expect(findLosses(former, present)).toEqual([expect.stringContaining(sentence)]);
  });
});

describe('what must not be lost', () => {
  const schemas = readResourceSchemas();

  it.each([
    ['AWS::DynamoDB::Table', { KeySchema: [], BillingMode: 'PAY_PER_REQUEST' }, { KeySchema: [] }],
    ['AWS::S3::Bucket', { BucketName: 'b', VersioningConfiguration: {} }, { BucketName: 'b' }],
    ['AWS::SQS::Queue', { FifoQueue: true, VisibilityTimeout: 30 }, { FifoQueue: true }],
    ['AWS::KMS::Key', { KeySpec: 'ECC_NIST_P256', Description: 'd' }, { KeySpec: 'ECC_NIST_P256' }],
    ['AWS::S3Vectors::Index', { Dimension: 1024, Tags: [] }, { Dimension: 1024 }],
    ['AWS::Cognito::UserPool', { MfaConfiguration: 'ON' }, {}],
  ])(
    'includes a resource of type %s, with the properties that it is replaced for',
    (type, Properties, fixed) => {
      const found = statefulResources({ Data: { Resources: { It: { Type: type, Properties } } } }, schemas);
      expect(found).toEqual({
        'Data/It': { type, deletionPolicy: 'Delete', updateReplacePolicy: 'Delete', fixed },
      });
    },
  );

  it.each(['AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::IAM::Role'])('leaves out %s', (Type) => {
    expect(statefulResources({ Data: { Resources: { It: { Type } } } }, schemas)).toEqual({});
  });

  it('orders versions by their numbers', () => {
    expect(['0.10.0', '0.9.1', '1.0.0'].toSorted(compareVersions)).toEqual(['0.9.1', '0.10.0', '1.0.0']);
  });
});
