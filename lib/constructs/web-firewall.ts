import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** Where the firewall of a deployment logs; WAF takes only names that begin with `aws-waf-logs-`. */
export function firewallLogGroup(deployment: string): string {
  return `aws-waf-logs-${deployment}`;
}

export interface WebFirewallProps {
  /** ARN of the API's stage. */
  readonly stageArn: string;
  /** Requests that one IP address may make in a minute. */
  readonly requestsPerMinutePerIp: number;
  /** Name of the log group. */
  readonly logGroupName: string;
  /** Encrypts the log. */
  readonly logKey: IKey;
}

/**
 * Rules of AWS's groups that only count, because they read the body. A prompt may hold a script, a path with `..`, a URL
 * with an IP address or the text of an exploit, and is longer than 8 KB; it is data for a model and never interpreted.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const countedRules = {
  AWSManagedRulesCommonRuleSet: [
    'SizeRestrictions_BODY',
    'CrossSiteScripting_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'EC2MetaDataSSRF_BODY',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY'],
  AWSManagedRulesAmazonIpReputationList: [],
} as const;

/** What WAF looks at of all headers together; more than that cannot be judged, and no client of an API sends it. */
const HEADERS_BYTES = 8_192;
const URI_BYTES = 2_048;

/**
 * A web ACL before an API: a limit per IP address, AWS's managed rules, and limits on sizes. It logs what it blocked or
 * counted, without keys.
 */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('Firewall'),
      rules: [
        blocking('RatePerIp', {
          rateBasedStatement: {
            aggregateKeyType: 'IP',
            limit: props.requestsPerMinutePerIp,
            evaluationWindowSec: 60,
          },
        }),
        blocking('TooLong', { orStatement: { statements: sizeLimits() } }),
        ...Object.entries(countedRules).map(([name, counted]) => managed(name, counted)),
      ].map((rule, priority) => ({ ...rule, priority })),
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.stageArn,
      webAclArn: acl.attrArn,
    });
    this.log(acl, props);
  }

  private log(acl: CfnWebACL, { logGroupName, logKey }: WebFirewallProps): void {
    const group = new LogGroup(this, 'Log', {
      logGroupName,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const configuration = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      // WAF refuses the group's own ARN attribute, which ends in `:*`.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'x-api-key' } },
        { singleHeader: { Name: 'cookie' } },
        { queryString: {} },
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [
              { ActionCondition: { Action: 'BLOCK' } },
              { ActionCondition: { Action: 'EXCLUDED_AS_COUNT' } },
              { ActionCondition: { Action: 'COUNT' } },
            ],
          },
        ],
      },
    });
    configuration.node.addDependency(group);
  }
}

type Rule = Omit<CfnWebACL.RuleProperty, 'priority'>;

function blocking(name: string, statement: CfnWebACL.StatementProperty): Rule {
  return { name, action: { block: {} }, statement, visibilityConfig: visibility(name) };
}

function managed(name: string, counted: readonly string[]): Rule {
  return {
    name,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(name),
  };
}

/**
 * WAF sees the first 16 KB of a body, so its length is read from the header: eight digits are more than the 10 MB that
 * API Gateway takes. The exact limit is `limits.maxBodyBytes`, which the function enforces.
 */
function sizeLimits(): CfnWebACL.StatementProperty[] {
  const textTransformations = [{ priority: 0, type: 'NONE' }];
  const longerThan = (size: number, fieldToMatch: CfnWebACL.FieldToMatchProperty) => ({
    sizeConstraintStatement: { fieldToMatch, comparisonOperator: 'GT', size, textTransformations },
  });
  return [
    longerThan(URI_BYTES, { uriPath: {} }),
    longerThan(URI_BYTES, { queryString: {} }),
    longerThan(HEADERS_BYTES - 1, {
      headers: { matchPattern: { all: {} }, matchScope: 'ALL', oversizeHandling: 'MATCH' },
    }),
    {
      regexMatchStatement: {
        fieldToMatch: { singleHeader: { Name: 'content-length' } },
        regexString: '^[0-9]{8,}$',
        textTransformations,
      },
    },
  ];
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  // Sampled requests would be shown in the console with their headers, keys among them.
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
