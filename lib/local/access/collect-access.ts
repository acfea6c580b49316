import type { DeployedResource } from '../deployment/deploy-stack.ts';
import type { Properties } from '../deployment/properties.ts';
import type { PolicySource } from '../iam/index.ts';
import { isJsonObject } from '../json.ts';
import type { AccessTable, ProtectedResource, RoleAccess } from './access-table.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { endpointsOf } from './collect-endpoints.ts';

/**
 * What the deployed resources allow whom.
 *
 * @param warn - takes a sentence about each policy whose statements are not known, which then allows nothing
 */
export function collectAccess(
  resources: readonly DeployedResource[],
  { accountId, region }: Pick<AccessTable, 'accountId' | 'region'>,
  warn: (message: string) => void,
): AccessTable {
  return {
    accountId,
    region,
    roles: resources.filter(isType('AWS::IAM::Role')).map((role) => collectRole(role, resources, warn)),
    resources: resources.flatMap((resource) => protectedResource(resource, resources) ?? []),
  };
}

function collectRole(
  role: DeployedResource,
  resources: readonly DeployedResource[],
  warn: (message: string) => void,
): RoleAccess {
  const managed = (arn: string) => managedPolicy(arn, role, resources, warn);
  const { properties, ref: name } = role;
  const boundary = properties.optionalText('PermissionsBoundary');
  return {
    arn: role.attributes?.Arn ?? '',
    name,
    id: role.attributes?.RoleId ?? '',
    tags: readTags(properties),
    trust: trustPolicy(role),
    identity: [
      ...inlinePolicies(role),
      ...properties.list('ManagedPolicyArns').map((arn) => managed(String(arn))),
      ...resources.filter((policy) => isAttached(policy, name)).map(toPolicySource),
    ],
    ...(boundary !== undefined && { boundary: [managed(boundary)] }),
    ...endpointsOf(role, resources),
  };
}

/** Its statements name no resource, as there is only one: the role itself. */
function trustPolicy(role: DeployedResource): PolicySource {
  const document = role.properties.object('AssumeRolePolicyDocument');
  const statements = [document.Statement ?? []].flat().filter(isJsonObject);
  return {
    name: `the trust policy of ${nameOf(role)}`,
    document: { ...document, Statement: statements.map((statement) => ({ Resource: '*', ...statement })) },
  };
}

function inlinePolicies(role: DeployedResource): PolicySource[] {
  return role.properties
    .list('Policies')
    .flatMap((policy) =>
      isJsonObject(policy)
        ? [{ name: `${nameOf(role)}.${String(policy.PolicyName)}`, document: policy.PolicyDocument }]
        : [],
    );
}

/** A policy that names the role itself, rather than being named by it. */
function isAttached({ type, properties }: DeployedResource, roleName: string): boolean {
  if (type === 'AWS::IAM::RolePolicy') return properties.optionalText('RoleName') === roleName;
  const attachable = type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy';
  return attachable && properties.list('Roles').includes(roleName);
}

function managedPolicy(
  arn: string,
  role: DeployedResource,
  resources: readonly DeployedResource[],
  warn: (message: string) => void,
): PolicySource {
  const own = resources.find(({ type, ref }) => type === 'AWS::IAM::ManagedPolicy' && ref === arn);
  const policy = own ? toPolicySource(own) : awsManagedPolicy(arn);
  if (policy) return policy;
  warn(
    `${nameOf(role)} has the policy ${arn}, which the local runtime does not know: here it allows nothing`,
  );
  return { name: arn, document: { Version: '2012-10-17', Statement: [] } };
}

function toPolicySource(policy: DeployedResource): PolicySource {
  return { name: nameOf(policy), document: policy.properties.get('PolicyDocument') };
}

type Collector = (
  resource: DeployedResource,
  resources: readonly DeployedResource[],
) => Omit<ProtectedResource, 'arn' | 'name'>;

const collectors: Readonly<Record<string, Collector>> = {
  'AWS::DynamoDB::Table': ({ properties }, resources) => ({
    ...encryptedBy(properties.group('SSESpecification').optionalText('KMSMasterKeyId'), resources),
    ...partitionKey(properties),
  }),
  'AWS::KMS::Key': (key) => ({ policy: keyPolicy(key) }),
  'AWS::Lambda::Function': (lambda, resources) => invocationPolicy(lambda, resources),
  'AWS::Logs::LogGroup': ({ properties }, resources) =>
    encryptedBy(properties.optionalText('KmsKeyId'), resources),
  'AWS::S3::Bucket': ({ ref, properties }, resources) => ({
    ...encryptedBy(bucketKey(properties), resources),
    ...policyOf(
      'AWS::S3::BucketPolicy',
      'PolicyDocument',
      resources,
      (policy) => policy.get('Bucket') === ref,
    ),
  }),
  'AWS::SecretsManager::Secret': ({ ref, properties }, resources) => ({
    ...encryptedBy(properties.optionalText('KmsKeyId'), resources),
    ...policyOf(
      'AWS::SecretsManager::ResourcePolicy',
      'ResourcePolicy',
      resources,
      (policy) => policy.get('SecretId') === ref,
    ),
  }),
  'AWS::SNS::Topic': ({ ref, properties }, resources) => ({
    ...encryptedBy(properties.optionalText('KmsMasterKeyId'), resources),
    ...policyOf('AWS::SNS::TopicPolicy', 'PolicyDocument', resources, (policy) =>
      policy.list('Topics').includes(ref),
    ),
  }),
  'AWS::SQS::Queue': ({ ref, properties }, resources) => ({
    ...encryptedBy(properties.optionalText('KmsMasterKeyId'), resources),
    ...policyOf('AWS::SQS::QueuePolicy', 'PolicyDocument', resources, (policy) =>
      policy.list('Queues').includes(ref),
    ),
  }),
};

/**
 * The policy of a key: without one of its own it leaves everything to the account.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function keyPolicy(key: DeployedResource): PolicySource {
  const account = key.attributes?.Arn?.split(':')[4] ?? '';
  const everything = { Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' };
  const standard = { Version: '2012-10-17', Statement: [everything] };
  return { name: `the policy of ${nameOf(key)}`, document: key.properties.get('KeyPolicy') ?? standard };
}

function protectedResource(
  resource: DeployedResource,
  resources: readonly DeployedResource[],
): ProtectedResource | undefined {
  // A secret is referred to by its ARN.
  const arn = resource.attributes?.Arn ?? (resource.ref.startsWith('arn:') ? resource.ref : undefined);
  const collect = collectors[resource.type];
  if (collect === undefined || arn === undefined) return undefined;
  return { arn, name: nameOf(resource), ...collect(resource, resources) };
}

function policyOf(
  type: string,
  property: string,
  resources: readonly DeployedResource[],
  isFor: (policy: Properties) => boolean,
): Pick<ProtectedResource, 'policy'> {
  const policies = resources.filter((policy) => policy.type === type && isFor(policy.properties));
  const [first] = policies;
  if (!first) return {};
  const statements = policies.flatMap(({ properties }) => {
    const document = properties.object(property);
    return [document.Statement ?? []].flat();
  });
  return {
    policy: { name: nameOf(first), document: { Version: '2012-10-17', Statement: statements } },
  };
}

/**
 * The policy that AWS::Lambda::Permission statements make.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
function invocationPolicy(
  lambda: DeployedResource,
  resources: readonly DeployedResource[],
): Pick<ProtectedResource, 'policy'> {
  const arn = lambda.attributes?.Arn ?? '';
  const permissions = resources.filter(
    ({ type, properties }) =>
      type === 'AWS::Lambda::Permission' && isOfFunction(properties.text('FunctionName'), lambda),
  );
  if (permissions.length === 0) return {};
  const statements = permissions.map(({ logicalId, properties }) => {
    const principal = properties.text('Principal');
    const named = properties.text('FunctionName');
    const sourceArn = properties.optionalText('SourceArn');
    const sourceAccount = properties.optionalText('SourceAccount');
    return {
      Sid: logicalId,
      Effect: 'Allow',
      Principal:
        principal.includes('.') && !principal.startsWith('arn:')
          ? { Service: principal }
          : { AWS: principal },
      Action: properties.text('Action'),
      // A permission given to an alias or version is for calls by that one.
      Resource: named.startsWith(`${arn}:`) ? named : arn,
      Condition: {
        ...(sourceArn !== undefined && { ArnLike: { 'aws:SourceArn': sourceArn } }),
        ...(sourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
      },
    };
  });
  return {
    policy: {
      name: `the permissions of ${nameOf(lambda)}`,
      document: { Version: '2012-10-17', Statement: statements },
    },
  };
}

function isOfFunction(named: string, lambda: DeployedResource): boolean {
  const arn = lambda.attributes?.Arn ?? '';
  return named === lambda.ref || named === arn || named.startsWith(`${arn}:`);
}

function encryptedBy(
  key: string | undefined,
  resources: readonly DeployedResource[],
): Pick<ProtectedResource, 'keyArn'> {
  const keyArn = key === undefined ? undefined : findKey(key, resources);
  return keyArn === undefined ? {} : { keyArn };
}

/** The ARN of a key that is named by its id, ARN or alias; undefined for one of AWS's own. */
function findKey(key: string, resources: readonly DeployedResource[]): string | undefined {
  const id = key.startsWith('arn:') ? key.slice(key.indexOf('/') + 1) : key;
  const alias = resources.find(
    ({ type, ref }) => type === 'AWS::KMS::Alias' && (ref === key || ref === `alias/${id}`),
  );
  const target = alias ? alias.properties.text('TargetKeyId') : key;
  return resources.find(
    ({ type, ref, attributes }) => type === 'AWS::KMS::Key' && (ref === target || attributes?.Arn === target),
  )?.attributes?.Arn;
}

function bucketKey(properties: Properties): string | undefined {
  const [rule] = properties.group('BucketEncryption').list('ServerSideEncryptionConfiguration');
  const standard = isJsonObject(rule) ? rule.ServerSideEncryptionByDefault : undefined;
  const key = isJsonObject(standard) ? standard.KMSMasterKeyID : undefined;
  return typeof key === 'string' ? key : undefined;
}

function partitionKey(properties: Properties): Pick<ProtectedResource, 'partitionKey'> {
  for (const key of properties.list('KeySchema')) {
    if (isJsonObject(key) && key.KeyType === 'HASH') return { partitionKey: String(key.AttributeName) };
  }
  return {};
}

function readTags(properties: Properties): Record<string, string> {
  const tags = properties.list('Tags').filter(isJsonObject);
  return Object.fromEntries(tags.map(({ Key, Value }) => [String(Key), String(Value)]));
}

function nameOf({ stack, logicalId }: Pick<DeployedResource, 'stack' | 'logicalId'>): string {
  return `${stack}.${logicalId}`;
}

function isType(wanted: string): (resource: DeployedResource) => boolean {
  return ({ type }) => type === wanted;
}
