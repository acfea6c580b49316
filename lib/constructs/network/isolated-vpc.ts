import {
  FlowLog,
  FlowLogDestination,
  FlowLogResourceType,
  FlowLogTrafficType,
  IpAddresses,
  type ISubnet,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acknowledge, inStandards } from '../acknowledge.ts';

export interface IsolatedVpcProps {
  /** A /20 to /24. */
  readonly addressRange: string;
  /** Whether hosted models are used: makes subnets for a firewall and for the way out behind it. */
  readonly hasEgress: boolean;
  /** Encrypts the flow log. */
  readonly logKey: IKey;
}

/**
 * A VPC over two availability zones whose functions have no route to the internet. With egress it has two more pairs of
 * subnets, through which `HostedEgress` leads the one way out; a function is never in them.
 */
export class IsolatedVpc extends Construct {
  /** The class declares its VPN gateway as possibly undefined and the interface as possibly absent: hence both. */
  readonly vpc: Vpc & IVpc;
  /** All addresses of the VPC. */
  readonly addressRange: string;
  /** Where functions and VPC endpoints are. */
  readonly functionSubnets: readonly ISubnet[];
  /** Where firewalls are. Empty without egress. */
  readonly firewallSubnets: readonly ISubnet[];
  /** Where NAT gateways are, the only subnets that see the internet. Empty without egress. */
  readonly egressSubnets: readonly ISubnet[];

  constructor(scope: Construct, id: string, props: IsolatedVpcProps) {
    super(scope, id);
    this.addressRange = props.addressRange;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(props.addressRange),
      maxAzs: 2,
      natGateways: 0,
      // First the subnets that are always there: those that come and go with egress then move no other.
      subnetConfiguration: [
        { name: 'Functions', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
        ...(props.hasEgress
          ? [
              { name: 'Firewall', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 28 },
              { name: 'Egress', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
            ]
          : []),
      ],
      // Would be a custom resource. Nothing is in the default security group.
      restrictDefaultSecurityGroup: false,
    }) as Vpc & IVpc;
    this.functionSubnets = this.vpc.selectSubnets({ subnetGroupName: 'Functions' }).subnets;
    this.firewallSubnets = props.hasEgress
      ? this.vpc.selectSubnets({ subnetGroupName: 'Firewall' }).subnets
      : [];
    this.egressSubnets = props.hasEgress ? this.vpc.selectSubnets({ subnetGroupName: 'Egress' }).subnets : [];
    const flowLog = new FlowLog(this, 'FlowLog', {
      resourceType: FlowLogResourceType.fromVpc(this.vpc),
      trafficType: FlowLogTrafficType.ALL,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'Flows', {
          retention: RetentionDays.ONE_MONTH,
          encryptionKey: props.logKey,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    });
    acknowledge(
      this.vpc,
      'Nothing is in the default security group. To empty it takes a custom resource, which runs code in the deployment',
      ...inStandards('VPCDefaultSecurityGroupClosed'),
    );
    if (props.hasEgress) {
      acknowledge(
        this.vpc,
        'The way out to hosted models: in these subnets are NAT gateways alone, behind the firewall that has the list of hosts',
        ...inStandards('VPCNoUnrestrictedRouteToIGW'),
      );
    }
    acknowledge(
      flowLog,
      'The permissions of one flow log, which go with it; a managed policy could be given to others too',
      ...inStandards('IAMNoInlinePolicy'),
    );
  }
}
