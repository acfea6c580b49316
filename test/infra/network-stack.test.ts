import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { synthesize } from './synthesize.ts';

const isolated: ConfigurationInput = {
  account: '111122223333',
  region: 'eu-west-1',
  network: { mode: 'isolated' },
};

const withAws: ConfigurationInput = {
  ...isolated,
  providers: { bedrock: { kind: 'bedrock' }, gpu: { kind: 'sagemaker', endpoint: 'qwen' } },
  models: {
    nova: { targets: [{ provider: 'bedrock', model: 'amazon.nova-lite-v1:0' }] },
    small: { targets: [{ provider: 'gpu', model: 'qwen' }] },
  },
};

const withHosted: ConfigurationInput = {
  ...isolated,
  providers: {
    openai: { kind: 'openai' },
    mistral: { kind: 'openai', baseUrl: 'https://api.mistral.ai/v1' },
    unused: { kind: 'anthropic' },
  },
  models: {
    fast: {
      targets: [
        { provider: 'openai', model: 'gpt' },
        { provider: 'mistral', model: 'small' },
      ],
    },
  },
};

/** The properties of every resource of a type. */
function all(template: Template, type: string) {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}

/** Every address range to which or from which a security group lets anything. */
function openRanges(template: Template): string[] {
  const inline = all(template, 'AWS::EC2::SecurityGroup').flatMap((group) => [
    ...(group.SecurityGroupEgress ?? []),
    ...(group.SecurityGroupIngress ?? []),
  ]);
  const apart = [
    ...all(template, 'AWS::EC2::SecurityGroupEgress'),
    ...all(template, 'AWS::EC2::SecurityGroupIngress'),
  ];
  return [...inline, ...apart].flatMap(({ CidrIp }) => (typeof CidrIp === 'string' ? [CidrIp] : []));
}

describe('a public deployment', () => {
  it('has no network of its own', () => {
    expect(synthesize().stackNames).toEqual(['OpenClaw-Data', 'OpenClaw-Jobs', 'OpenClaw-Api']);
  });
});

describe('an isolated deployment whose models are in AWS', () => {
  const app = synthesize(withAws);
  const template = app.template('OpenClaw-Network');
  const api = app.template('OpenClaw-Api');

  it('has no route to the internet: no gateway, no NAT, no address of its own, no default route', () => {
    for (const type of [
      'AWS::EC2::InternetGateway',
      'AWS::EC2::EgressOnlyInternetGateway',
      'AWS::EC2::VPCGatewayAttachment',
      'AWS::EC2::NatGateway',
      'AWS::EC2::EIP',
      'AWS::EC2::TransitGateway',
      'AWS::EC2::VPNGateway',
      'AWS::EC2::Route',
    ]) {
      template.resourceCountIs(type, 0);
    }
    expect(JSON.stringify(template.toJSON())).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
  });

  it('has no custom resource', () => {
    template.resourceCountIs('AWS::Lambda::Function', 0);
    expect(JSON.stringify(template.toJSON())).not.toContain('Custom::');
  });

  it('is over two zones, chosen without a lookup', () => {
    const zones = all(template, 'AWS::EC2::Subnet').map(({ AvailabilityZone }) => AvailabilityZone);
    expect(zones).toEqual([
      { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
      { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] },
    ]);
    expect(app.assembly.manifest.missing).toBeUndefined();
  });

  it('logs every flow under our key', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
    template.allResourcesProperties('AWS::Logs::LogGroup', {
      KmsKeyId: Match.anyValue(),
      RetentionInDays: 30,
    });
  });

  it.each([
    ['dynamodb', false],
    ['s3', false],
    ['kms', true],
    ['secretsmanager', true],
    ['sqs', true],
    ['sts', true],
    ['sagemaker.runtime', true],
    ['bedrock-runtime', true],
    ['execute-api', true],
  ])('reaches %s over an interface', (service, privateDns) => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.eu-west-1.${service}`,
      PrivateDnsEnabled: privateDns,
    });
  });

  it('lets through an interface only calls of this account to what is its own', () => {
    const endpoints = all(template, 'AWS::EC2::VPCEndpoint');
    for (const { ServiceName, PolicyDocument } of endpoints) {
      const [statement, ...others] = PolicyDocument.Statement;
      expect(others).toEqual([]);
      if (ServiceName.endsWith('execute-api')) {
        expect(statement.Resource).toBe('arn:aws:execute-api:eu-west-1:111122223333:*');
        continue;
      }
      expect(statement.Condition.StringEquals).toEqual({
        'aws:PrincipalAccount': '111122223333',
        // The models of Bedrock are AWS's.
        ...(!ServiceName.endsWith('bedrock-runtime') && { 'aws:ResourceAccount': '111122223333' }),
      });
    }
  });

  it('has no interface for a service that no model needs', () => {
    const bare = synthesize(isolated).template('OpenClaw-Network');
    const services = all(bare, 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) =>
      ServiceName.split('.').at(-1),
    );
    expect(services.sort()).toEqual(['dynamodb', 'execute-api', 'kms', 's3', 'secretsmanager', 'sqs', 'sts']);
  });

  it('has security groups that let functions reach the interfaces, callers the API, and nothing else', () => {
    // CDK writes a rule that matches nothing, because a group without rules lets everything out.
    expect(openRanges(template).filter((range) => range !== '255.255.255.255/32')).toEqual(['10.210.0.0/22']);
    const [egress, ...others] = all(template, 'AWS::EC2::SecurityGroupEgress');
    expect(others).toEqual([]);
    expect(egress).toMatchObject({
      FromPort: 443,
      ToPort: 443,
      DestinationSecurityGroupId: expect.anything(),
    });
  });

  it('runs the function in the network, with DynamoDB and S3 by the names of their interfaces', () => {
    api.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: [Match.anyValue(), Match.anyValue()], SecurityGroupIds: [Match.anyValue()] },
      Environment: {
        Variables: {
          AWS_ENDPOINT_URL_DYNAMODB: { 'Fn::Join': ['', Match.arrayWith(['https://'])] },
          // The name of the interface is `*.vpce-…`, and the bucket's own goes into the path.
          AWS_ENDPOINT_URL_S3: { 'Fn::Join': ['', Match.arrayWith(['https://bucket.'])] },
        },
      },
    });
  });

  it('lets Lambda make interfaces in its subnets and security group only', () => {
    const statements = all(api, 'AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const [creating] = statements.filter(({ Action }) => Action === 'ec2:CreateNetworkInterface');
    const written = JSON.stringify(creating.Resource);
    expect(creating.Resource).toHaveLength(4);
    expect(written).toContain(':security-group/');
    expect(written).toContain(':subnet/');
    expect(written).not.toContain(':subnet/*');
    expect(JSON.stringify(all(api, 'AWS::IAM::Role'))).not.toContain('AWSLambdaVPCAccessExecutionRole');
  });

  it('has a private API that refuses every other way to it', () => {
    const { template: templateOf } = synthesize({
      ...isolated,
      network: { mode: 'isolated', callerVpcEndpoints: ['vpce-0123456789abcdef0'] },
    });
    const own = { 'Fn::ImportValue': Match.stringLikeRegexp('^OpenClaw-Network:.*EndpointsApi') };
    templateOf('OpenClaw-Api').hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [own] },
      Policy: {
        Statement: [
          Match.objectLike({ Effect: 'Allow', Action: 'execute-api:Invoke' }),
          Match.objectLike({
            Effect: 'Deny',
            Action: 'execute-api:Invoke',
            Condition: { StringNotEquals: { 'aws:SourceVpce': [own, 'vpce-0123456789abcdef0'] } },
          }),
        ],
      },
    });
  });

  it('lets the ranges of callers reach the API', () => {
    const ranged = synthesize({
      ...isolated,
      network: { mode: 'isolated', callerRanges: ['10.20.0.0/16'] },
    }).template('OpenClaw-Network');
    expect(openRanges(ranged).filter((range) => !range.startsWith('255.'))).toEqual([
      '10.210.0.0/22',
      '10.20.0.0/16',
    ]);
  });
});

describe('an isolated deployment with hosted models', () => {
  const template = synthesize(withHosted).template('OpenClaw-Network');

  it('lets TLS to their hosts through the firewall, and drops all else', () => {
    template.hasResourceProperties('AWS::NetworkFirewall::RuleGroup', {
      RuleGroup: {
        StatefulRuleOptions: { RuleOrder: 'STRICT_ORDER' },
        RulesSource: {
          RulesSourceList: {
            GeneratedRulesType: 'ALLOWLIST',
            TargetTypes: ['TLS_SNI'],
            // Not the provider that no model uses.
            Targets: ['api.mistral.ai', 'api.openai.com'],
          },
        },
      },
    });
    template.hasResourceProperties('AWS::NetworkFirewall::FirewallPolicy', {
      FirewallPolicy: {
        StatelessDefaultActions: ['aws:forward_to_sfe'],
        StatelessFragmentDefaultActions: ['aws:drop'],
        StatefulDefaultActions: Match.arrayWith(['aws:drop_established']),
      },
    });
  });

  it('leads functions out through the firewall and never straight to a gateway', () => {
    const routes = all(template, 'AWS::EC2::Route');
    const tables = (subnet: string) =>
      routes.filter(({ RouteTableId }) => JSON.stringify(RouteTableId).includes(subnet));
    for (const route of tables('FunctionsSubnet')) {
      expect(route.VpcEndpointId).toBeDefined();
      expect(route.GatewayId ?? route.NatGatewayId).toBeUndefined();
    }
    expect(tables('FunctionsSubnet')).toHaveLength(2);
    for (const route of tables('FirewallSubnet')) expect(route.NatGatewayId).toBeDefined();
  });

  it('leads answers back through the firewall', () => {
    const back = all(template, 'AWS::EC2::Route').filter(
      ({ RouteTableId, VpcEndpointId }) =>
        JSON.stringify(RouteTableId).includes('EgressSubnet') && VpcEndpointId !== undefined,
    );
    expect(back).toHaveLength(2);
  });

  it('lets functions out on 443 only', () => {
    const groups = all(template, 'AWS::EC2::SecurityGroup').flatMap(
      (group) => group.SecurityGroupEgress ?? [],
    );
    const open = groups.filter(({ CidrIp }) => CidrIp === '0.0.0.0/0');
    expect(open).toEqual([expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })]);
    expect(
      JSON.stringify(all(template, 'AWS::EC2::SecurityGroup').map((g) => g.SecurityGroupIngress ?? [])),
    ).not.toContain('0.0.0.0/0');
  });

  it('logs what the firewall refused under our key', () => {
    template.hasResourceProperties('AWS::NetworkFirewall::LoggingConfiguration', {
      LoggingConfiguration: {
        LogDestinationConfigs: [Match.objectLike({ LogType: 'ALERT', LogDestinationType: 'CloudWatchLogs' })],
      },
    });
  });

  it.each([1, 2] as const)('has as many ways out as it is told: %i', (egressZones) => {
    const zoned = synthesize({ ...withHosted, network: { mode: 'isolated', egressZones } }).template(
      'OpenClaw-Network',
    );
    zoned.resourceCountIs('AWS::EC2::NatGateway', egressZones);
    zoned.resourceCountIs('AWS::NetworkFirewall::Firewall', egressZones);
  });

  it('has the same subnets for functions as without hosted models', () => {
    const cidrs = (from: Template) =>
      Object.entries(from.findResources('AWS::EC2::Subnet'))
        .filter(([id]) => id.includes('FunctionsSubnet'))
        .map(([id, { Properties }]) => [id, Properties.CidrBlock]);
    expect(cidrs(template)).toEqual(cidrs(synthesize(withAws).template('OpenClaw-Network')));
  });
});
