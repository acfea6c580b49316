import { CfnEIP, CfnNatGateway, CfnRoute, type ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnFirewall,
  CfnFirewallPolicy,
  CfnLoggingConfiguration,
  CfnRuleGroup,
} from 'aws-cdk-lib/aws-networkfirewall';
import { Fn, Names, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IsolatedVpc } from './isolated-vpc.ts';

export interface HostedEgressProps {
  readonly vpc: IsolatedVpc;
  /** The only hosts that are reached, by the name in the TLS handshake. */
  readonly allowedHosts: readonly string[];
  /** In how many availability zones there is a way out. */
  readonly zones: 1 | 2;
  /** Encrypts the log of what was refused. */
  readonly logKey: IKey;
}

/**
 * The way from functions to hosted models: through a firewall that lets TLS to the allowed hosts pass and drops and logs
 * all else, then through a NAT gateway. The name comes from the handshake; the certificate that proves it is checked by
 * the function.
 */
export class HostedEgress extends Construct {
  constructor(scope: Construct, id: string, props: HostedEgressProps) {
    super(scope, id);
    const { vpc, logKey } = props;
    const policy = firewallPolicy(this, props.allowedHosts);
    const log = new LogGroup(this, 'Refused', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const zones = vpc.egressSubnets.slice(0, props.zones).map((egress, index) => ({
      egress,
      firewall: vpc.firewallSubnets[index] as ISubnet,
    }));
    // A firewall for each zone costs the same as one over all, and its one endpoint needs no search in a list that is in
    // no particular order.
    const endpoints = zones.map(({ egress, firewall: subnet }, index) => {
      const firewall = new CfnFirewall(this, `Firewall${index}`, {
        firewallName: `${Names.uniqueResourceName(this, { maxLength: 120 })}-${index}`,
        firewallPolicyArn: policy.attrFirewallPolicyArn,
        vpcId: vpc.vpc.vpcId,
        subnetMappings: [{ subnetId: subnet.subnetId }],
      });
      logRefusals(this, firewall, log, index);
      const address = new CfnEIP(this, `Address${index}`, { domain: 'vpc' });
      const nat = new CfnNatGateway(this, `Nat${index}`, {
        subnetId: egress.subnetId,
        allocationId: address.attrAllocationId,
      });
      nat.node.addDependency(vpc.vpc.internetConnectivityEstablished);
      new CfnRoute(this, `ToNat${index}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        natGatewayId: nat.attrNatGatewayId,
      });
      return Fn.select(1, Fn.split(':', Fn.select(0, firewall.attrEndpointIds)));
    });
    vpc.functionSubnets.forEach((subnet, index) => {
      const zone = index % zones.length;
      const endpoint = endpoints[zone] as string;
      new CfnRoute(this, `ToFirewall${index}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        vpcEndpointId: endpoint,
      });
      // Answers go back the way that the request came, or the firewall would see half of a connection.
      new CfnRoute(this, `Back${index}`, {
        routeTableId: (zones[zone] as { egress: ISubnet }).egress.routeTable.routeTableId,
        destinationCidrBlock: subnet.ipv4CidrBlock,
        vpcEndpointId: endpoint,
      });
    });
  }
}

function firewallPolicy(scope: Construct, allowedHosts: readonly string[]): CfnFirewallPolicy {
  const allowed = new CfnRuleGroup(scope, 'AllowedHosts', {
    ruleGroupName: Names.uniqueResourceName(scope, { maxLength: 128 }),
    description: 'Hosted models of the configuration',
    type: 'STATEFUL',
    capacity: 100,
    ruleGroup: {
      statefulRuleOptions: { ruleOrder: 'STRICT_ORDER' },
      rulesSource: {
        rulesSourceList: {
          generatedRulesType: 'ALLOWLIST',
          targetTypes: ['TLS_SNI'],
          targets: [...allowedHosts],
        },
      },
    },
  });
  return new CfnFirewallPolicy(scope, 'Policy', {
    firewallPolicyName: Names.uniqueResourceName(scope, { maxLength: 128 }),
    firewallPolicy: {
      statelessDefaultActions: ['aws:forward_to_sfe'],
      statelessFragmentDefaultActions: ['aws:drop'],
      statefulEngineOptions: { ruleOrder: 'STRICT_ORDER', streamExceptionPolicy: 'DROP' },
      // "Established", because the handshake that names the host comes after the connection stands.
      statefulDefaultActions: ['aws:drop_established', 'aws:alert_established'],
      statefulRuleGroupReferences: [{ resourceArn: allowed.attrRuleGroupArn, priority: 1 }],
    },
  });
}

function logRefusals(scope: Construct, firewall: CfnFirewall, log: LogGroup, index: number): void {
  new CfnLoggingConfiguration(scope, `Logging${index}`, {
    firewallArn: firewall.attrFirewallArn,
    loggingConfiguration: {
      logDestinationConfigs: [
        {
          logType: 'ALERT',
          logDestinationType: 'CloudWatchLogs',
          logDestination: { logGroup: log.logGroupName },
        },
      ],
    },
  });
}
