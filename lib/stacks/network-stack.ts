import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowedHosts } from '../config/allowed-hosts.ts';
import type { IsolatedNetworkConfiguration } from '../config/network.ts';
import type { Configuration } from '../config/schema.ts';
import type { FunctionNetwork } from '../constructs/network/function-network.ts';
import { HostedEgress } from '../constructs/network/hosted-egress.ts';
import { IsolatedVpc } from '../constructs/network/isolated-vpc.ts';
import { ServiceEndpoints } from '../constructs/network/service-endpoints.ts';
import type { PrivateAccess } from '../constructs/streaming-rest-api.ts';
import type { DataStack } from './data-stack.ts';

export interface NetworkStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly network: IsolatedNetworkConfiguration;
  readonly data: DataStack;
}

/**
 * The private network of an isolated deployment. There is no internet in it; with hosted models or places to sign in in
 * the configuration there is one way out, through a firewall that knows their names.
 */
export class NetworkStack extends Stack {
  /** Where functions run. */
  readonly functions: FunctionNetwork;
  /** How callers reach the API. */
  readonly apiAccess: PrivateAccess;

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    const { configuration, network, data } = props;
    const hosts = allowedHosts(configuration);
    const isolated = new IsolatedVpc(this, 'Vpc', {
      addressRange: network.addressRange,
      hasEgress: hosts.length > 0,
      logKey: data.key,
    });
    const securityGroup = new SecurityGroup(this, 'Functions', {
      vpc: isolated.vpc,
      description: 'Functions',
      allowAllOutbound: false,
    });
    const endpoints = new ServiceEndpoints(this, 'Endpoints', {
      vpc: isolated,
      configuration,
      functions: securityGroup,
      callerRanges: network.callerRanges,
    });
    if (hosts.length > 0) {
      // A security group knows addresses and no names, and those of the hosts change; the firewall knows the names.
      securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'Named hosts, through the firewall');
      new HostedEgress(this, 'Egress', {
        vpc: isolated,
        allowedHosts: hosts,
        zones: network.egressZones,
        logKey: data.key,
      });
    }
    this.functions = {
      vpc: isolated.vpc,
      subnets: isolated.functionSubnets,
      securityGroup,
      dynamodbUrl: endpoints.dynamodbUrl,
      s3Url: endpoints.s3Url,
    };
    this.apiAccess = { endpoint: endpoints.api, callerVpcEndpoints: network.callerVpcEndpoints };
    new CfnOutput(this, 'VpcId', { value: isolated.vpc.vpcId });
    new CfnOutput(this, 'ApiVpcEndpointId', { value: endpoints.api.vpcEndpointId });
  }

  /** The first two that the region has, chosen at deployment: the default would be looked up at synthesis. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }
}
