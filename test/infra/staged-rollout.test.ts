import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { synthesize } from './synthesize.ts';

function apiTemplate(input: ConfigurationInput = {}) {
  return synthesize(input).template('OpenClaw-Api');
}

const template = apiTemplate();
const resources: Record<string, Resource> = template.toJSON().Resources;

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdatePolicy?: unknown;
}

/** The logical id of the only resource of a type. */
function only(type: string): string {
  const [id, ...others] = Object.keys(template.findResources(type));
  if (id === undefined || others.length > 0) throw new Error(`there is not one ${type}`);
  return id;
}

describe('a new version of the function', () => {
  const alias = only('AWS::Lambda::Alias');

  it('gets requests through the alias `live` alone', () => {
    template.allResourcesProperties('AWS::ApiGateway::Method', {
      Integration: {
        Uri: {
          'Fn::Join': ['', Match.arrayWith([{ Ref: alias }, '/response-streaming-invocations'])],
        },
      },
    });
    template.allResourcesProperties('AWS::Lambda::Permission', { FunctionName: { Ref: alias } });
  });

  it('may be called by this API and no other caller', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    const api = only('AWS::ApiGateway::RestApi');
    expect(permissions).toHaveLength(2);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(Properties.SourceArn['Fn::Join'][1]).toContainEqual({ Ref: api });
    }
  });

  it('leaves the version before it in place', () => {
    expect(resources[only('AWS::Lambda::Version')]?.DeletionPolicy).toBe('Retain');
  });

  it('is published when the code changes, and only then', () => {
    const again = Object.keys(apiTemplate().findResources('AWS::Lambda::Version'));
    const changed = Object.keys(apiTemplate({ pingIntervalMs: 5_000 }).findResources('AWS::Lambda::Version'));
    expect(again).toEqual([only('AWS::Lambda::Version')]);
    expect(changed).not.toEqual(again);
  });
});

describe('the rollout', () => {
  it('starts with a tenth of the requests for five minutes', () => {
    template.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    });
    expect(resources[only('AWS::Lambda::Alias')]?.UpdatePolicy).toEqual({
      CodeDeployLambdaAliasUpdate: {
        ApplicationName: { Ref: only('AWS::CodeDeploy::Application') },
        DeploymentGroupName: { Ref: only('AWS::CodeDeploy::DeploymentGroup') },
      },
    });
  });

  it('goes back when an alarm goes off', () => {
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(2);
    template.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      AlarmConfiguration: { Enabled: true, Alarms: alarms.map((id) => ({ Name: { Ref: id } })) },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
      },
    });
  });

  it('watches the errors of the new version by itself', () => {
    const version = { 'Fn::GetAtt': [only('AWS::Lambda::Version'), 'Version'] };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: 'Errors',
              Dimensions: Match.arrayWith([{ Name: 'ExecutedVersion', Value: version }]),
            },
          },
        }),
      ]),
    });
  });

  it('needs nothing that the alias would have to be there for', () => {
    // Alarms and the deployment group come before the alias, whose update they watch over.
    for (const type of ['AWS::CloudWatch::Alarm', 'AWS::CodeDeploy::DeploymentGroup']) {
      expect(JSON.stringify(template.findResources(type))).not.toContain(only('AWS::Lambda::Alias'));
    }
  });

  it('can be linear', () => {
    apiTemplate({ rollout: 'linear' }).hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaLinear10PercentEvery1Minute',
    });
  });

  it('can be none', () => {
    const direct = apiTemplate({ rollout: 'all-at-once' });
    direct.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
    const [alias] = Object.values(direct.findResources('AWS::Lambda::Alias'));
    expect(alias).not.toHaveProperty('UpdatePolicy');
  });
});

describe('the alarms', () => {
  it('are announced on one topic, over TLS', () => {
    const topic = only('AWS::SNS::Topic');
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: topic }] });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('may be announced by CloudWatch, with the key that encrypts the topic', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
    synthesize()
      .template('OpenClaw-Data')
      .hasResourceProperties('AWS::KMS::Key', {
        KeyPolicy: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            }),
          ]),
        },
      });
  });

  it('are mailed to nobody, unless the configuration names an address', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    apiTemplate({ alarms: { email: 'ops@example.com' } }).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });
});
