import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { providerKeyNames } from '../config/provider-key-names.ts';
import type { Configuration } from '../config/schema.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import { serverErrorAlarm, versionErrorAlarm } from '../constructs/error-alarms.ts';
import { allowModels } from '../constructs/model-access.ts';
import { StagedRollout } from '../constructs/staged-rollout.ts';
import { LONGEST_RESPONSE, STAGE_NAME, StreamingRestApi } from '../constructs/streaming-rest-api.ts';
import { TenantRole } from '../constructs/tenant-role.ts';
import { firewallLogGroup, WebFirewall } from '../constructs/web-firewall.ts';
import { withPublishedPrices } from '../models/prices/catalogue.ts';
import type { DataStack } from './data-stack.ts';
import type { JobsStack } from './jobs-stack.ts';
import type { NetworkStack } from './network-stack.ts';

export interface ApiStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly data: DataStack;
  readonly jobs: JobsStack;
  /** The private network of an isolated deployment. @default - the API is public */
  readonly network?: NetworkStack;
  /** The module that exports the API's handler, relative to the repository's root. */
  readonly apiEntry: string;
}

/** The OpenAI-compatible HTTPS API: one REST API, one function. Holds no data; it can be removed and made again. */
export class ApiStack extends Stack {
  /** Where the API is reached; ends in a slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { configuration, data, jobs, network } = props;
    const handler = new BundledFunction(this, 'Function', {
      description: 'Answers the OpenAI-compatible API',
      entry: props.apiEntry,
      files: { 'configuration.json': JSON.stringify(withPublishedPrices(configuration)) },
      // One whole vCPU. With less, Lambda stops the process for part of every 20 ms, which a caller sees as jitter
      // between streamed chunks; more would buy a single-threaded process nothing.
      memoryMib: 1_769,
      timeout: LONGEST_RESPONSE,
      logKey: data.key,
      ...(network && { network: network.functions }),
    });
    handler.uses(data.apiKeys, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'], 'API_KEYS_TABLE');
    const tenants = handler.actsFor(new TenantRole(this, 'TenantRole'), 'TENANT_ROLE');
    tenants.uses(data.requests, ['BatchWriteItem', 'Query'], 'REQUESTS_TABLE');
    tenants.uses(data.rateLimits, ['GetItem', 'UpdateItem'], 'RATE_LIMITS_TABLE');
    tenants.uses(data.tenancy, ['GetItem', 'Query', 'PutItem', 'DeleteItem'], 'TENANCY_TABLE');
    tenants.uses(data.ledger, ['GetItem', 'PutItem', 'UpdateItem'], 'LEDGER_TABLE');
    tenants.uses(data.replies, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'], 'REPLIES_TABLE');
    tenants.uses(data.objects, ['GetObject', 'PutObject', 'DeleteObject'], 'OBJECTS_BUCKET');
    tenants.uses(data.tenantKeys, ['GenerateDataKey', 'Decrypt'], 'DATA_KEY');
    tenants.uses(data.jobs, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], 'JOBS_TABLE');
    handler.uses(jobs.queue, ['SendMessage'], 'JOBS_QUEUE_URL');
    handler.uses(data.apiKeyPepper, ['GetSecretValue'], 'API_KEY_PEPPER_SECRET');
    if (providerKeyNames(configuration).length > 0) {
      handler.uses(data.providerKeys, ['GetSecretValue'], 'PROVIDER_KEYS_SECRET');
    }
    if (data.people) {
      handler.addEnvironment('SIGN_IN_ISSUER', data.people.issuer);
      handler.addEnvironment('SIGN_IN_AUDIENCE', data.people.clientId);
    }
    allowModels(handler, configuration);

    const alias = handler.publish();
    const api = new StreamingRestApi(this, 'RestApi', {
      name: configuration.name,
      description: `OpenAI-compatible API of ${configuration.name}`,
      handler: alias,
      // Caps what a flood can cost. Each API key has a limit of its own, far lower, which the function enforces.
      requestsPerSecond: configuration.network.requestsPerSecond,
      burst: configuration.network.burst,
      logKey: data.key,
      ...(network && { privateAccess: network.apiAccess }),
      ...(configuration.domain && { domain: configuration.domain }),
    });
    this.url = api.url;
    if (configuration.network.mode === 'public' && configuration.network.firewall) {
      new WebFirewall(this, 'Firewall', {
        stageArn: api.stageArn,
        requestsPerMinutePerIp: configuration.network.requestsPerMinutePerIp,
        logGroupName: firewallLogGroup(configuration.name),
        logKey: data.key,
      });
    }
    const topic = new AlarmTopic(this, 'Alarms', {
      encryptionKey: data.key,
      ...(configuration.alarms.email !== undefined && { email: configuration.alarms.email }),
    });
    // 10 cents a month for each of the two metrics of each, beyond the ten that are free in an account.
    const alarms = [
      serverErrorAlarm(this, 'ServerErrors', {
        apiName: configuration.name,
        stageName: STAGE_NAME,
        topic,
      }),
      versionErrorAlarm(this, 'NewVersionErrors', {
        functionName: handler.functionName,
        version: handler.currentVersion.version,
        aliasName: alias.aliasName,
        topic,
      }),
    ];
    if (configuration.rollout !== 'all-at-once') {
      new StagedRollout(this, 'Rollout', { alias, strategy: configuration.rollout, alarms });
    }
    new CfnOutput(this, 'Url', { value: this.url });
    if (api.domainTarget !== undefined) new CfnOutput(this, 'DomainTarget', { value: api.domainTarget });
  }
}
