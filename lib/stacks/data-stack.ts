import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { endpointName } from '../config/endpoints.ts';
import { providerKeyNames } from '../config/provider-key-names.ts';
import type { Configuration } from '../config/schema.ts';
import { AccessLogBucket } from '../constructs/access-log-bucket.ts';
import { DataBucket } from '../constructs/data-bucket.ts';
import { DataKey } from '../constructs/data-key.ts';
import { DataSecret } from '../constructs/data-secret.ts';
import { DataTable } from '../constructs/data-table.ts';
import { EXECUTION_LOGS } from '../constructs/execution-log.ts';
import { modelLogGroup } from '../constructs/model-role.ts';
import { PeopleDirectory } from '../constructs/people-directory.ts';
import { TenantKeys } from '../constructs/tenant-keys.ts';
import { firewallLogGroup } from '../constructs/web-firewall.ts';

export interface DataStackProps extends StackProps {
  readonly configuration: Configuration;
  /** The deployment's stacks have names that begin with this, and so have their log groups. */
  readonly stackPrefix: string;
}

/** What a deployment must never lose: everything in it is kept when the stack goes. */
export class DataStack extends Stack {
  /** Encrypts all data and logs of the deployment. */
  readonly key: DataKey;
  /** Encrypt what tenants say, each for its tenant alone. */
  readonly tenantKeys: TenantKeys;
  /** API keys, by key id. */
  readonly apiKeys: DataTable;
  /** Request records. */
  readonly requests: DataTable;
  /** How much of each rate limit is used. */
  readonly rateLimits: DataTable;
  /** Tenants, their projects, members, settings and events. */
  readonly tenancy: DataTable;
  /** Money and other amounts that are held and spent. */
  readonly ledger: DataTable;
  /** Answers kept for a while: those of idempotent requests and of the response cache. */
  readonly replies: DataTable;
  /** Requests that wait for a reviewer or a worker. */
  readonly jobs: DataTable;
  /** Large bodies. */
  readonly objects: DataBucket;
  /** Keys the hash under which API keys are stored. */
  readonly apiKeyPepper: DataSecret;
  /** Keys of the providers: a JSON object from the configuration's names to keys. */
  readonly providerKeys: DataSecret;
  /** The people who sign in. @default - they have a directory elsewhere, or nobody signs in */
  readonly people?: PeopleDirectory;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const encryptionKey = new DataKey(this, 'Key', {
      description: `Data and logs of ${props.stackPrefix}`,
      logGroupPrefixes: [
        `${props.stackPrefix}-`,
        EXECUTION_LOGS,
        ...modelLogGroups(props.configuration),
        ...firewallLogGroups(props.configuration),
      ],
    });
    this.key = encryptionKey;
    this.tenantKeys = new TenantKeys(this, 'TenantKeys', {
      deployment: props.configuration.name,
      shared: encryptionKey,
      silos: props.configuration.tenants.silos,
    });
    this.apiKeys = new DataTable(this, 'ApiKeys', { partitionKey: 'keyId', encryptionKey });
    // Their partition keys begin with the tenant's id, by which a tenant's credentials are told from another's.
    const tenantTable = (id: string) =>
      new DataTable(this, id, {
        partitionKey: 'partition',
        sortKey: 'sort',
        timeToLiveAttribute: 'expiresAt',
        encryptionKey,
      });
    this.requests = tenantTable('Requests');
    this.rateLimits = tenantTable('RateLimits');
    this.tenancy = tenantTable('Tenancy');
    this.ledger = tenantTable('Ledger');
    this.replies = tenantTable('Replies');
    this.jobs = tenantTable('Jobs');
    this.objects = new DataBucket(this, 'Objects', {
      encryptionKey,
      accessLog: new AccessLogBucket(this, 'AccessLogs'),
    });
    this.apiKeyPepper = new DataSecret(this, 'ApiKeyPepper', {
      description: 'Keys the hash under which API keys are stored; a new value makes every API key invalid',
      firstValue: { passwordLength: 64, excludePunctuation: true },
      encryptionKey,
      whyNotRotated: 'A new value makes every API key invalid, so a person decides when',
    });
    this.providerKeys = new DataSecret(this, 'ProviderKeys', {
      description: 'Keys of the model providers: a JSON object from the names in the configuration to keys',
      // A generated secret, although nothing in it is needed: unlike a fixed value it is never written again by a
      // deployment, so what the operator stores stays. Names of keys are upper case, so this one cannot be among them.
      firstValue: { secretStringTemplate: '{}', generateStringKey: 'generated' },
      encryptionKey,
      whyNotRotated:
        'Providers have no API that makes a key. The operator stores a new one beside the old, and functions read it ' +
        'when what they remember has expired',
      localValuesFrom: providerKeyNames(props.configuration),
    });
    const { signIn } = props.configuration;
    if (signIn.cognito) {
      this.people = new PeopleDirectory(this, 'People', {
        deployment: props.configuration.name,
        callbackUrls: signIn.cognitoCallbackUrls,
      });
      new CfnOutput(this, 'SignInIssuer', { value: this.people.issuer });
      new CfnOutput(this, 'SignInClientId', { value: this.people.clientId });
      if (this.people.signInUrl) new CfnOutput(this, 'SignInUrl', { value: this.people.signInUrl });
    }
    new CfnOutput(this, 'ApiKeysTableName', { value: this.apiKeys.tableName });
    new CfnOutput(this, 'RequestsTableName', { value: this.requests.tableName });
    new CfnOutput(this, 'TenancyTableName', { value: this.tenancy.tableName });
    new CfnOutput(this, 'LedgerTableName', { value: this.ledger.tableName });
    new CfnOutput(this, 'ApiKeyPepperSecretArn', { value: this.apiKeyPepper.secretArn });
    new CfnOutput(this, 'ProviderKeysSecretArn', { value: this.providerKeys.secretArn });
  }
}

function firewallLogGroups({ name, network }: Configuration): string[] {
  return network.mode === 'public' && network.firewall ? [firewallLogGroup(name)] : [];
}

function modelLogGroups({ name, endpoints }: Configuration): string[] {
  return Object.keys(endpoints).map((key) => modelLogGroup(endpointName(name, key)));
}
