import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Record<string, unknown>;
}

describe('the firewall', () => {
  const app = synthesize({ network: { mode: 'public', firewall: true, requestsPerMinutePerIp: 300 } });
  const template = app.template('OpenClaw-Api');
  const [acl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
  const rules: Rule[] = acl?.Properties.Rules;
  const rule = (name: string): Rule => {
    const found = rules.find(({ Name }) => Name === name);
    if (!found) throw new Error(`no rule ${name}`);
    return found;
  };

  it('is not there unless asked for', () => {
    synthesize().template('OpenClaw-Api').resourceCountIs('AWS::WAFv2::WebACL', 0);
  });

  it('stands before the stage of the API', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      ResourceArn: { 'Fn::Join': ['', Match.arrayWith(['/stages/'])] },
    });
    expect(acl?.Properties).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
  });

  it('limits an IP address to the configured requests a minute', () => {
    expect(rule('RatePerIp')).toMatchObject({
      Action: { Block: {} },
      Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 300, EvaluationWindowSec: 60 } },
    });
  });

  it.each([
    ['AWSManagedRulesCommonRuleSet', 5],
    ['AWSManagedRulesKnownBadInputsRuleSet', 2],
    ['AWSManagedRulesAmazonIpReputationList', 0],
  ])('blocks by %s, and only counts the %i rules that would read prompts', (name, counted) => {
    const group = rule(name) as unknown as {
      OverrideAction: unknown;
      Statement: {
        ManagedRuleGroupStatement: { RuleActionOverrides: { Name: string; ActionToUse: unknown }[] };
      };
    };
    expect(group.OverrideAction).toEqual({ None: {} });
    const overrides = group.Statement.ManagedRuleGroupStatement.RuleActionOverrides ?? [];
    expect(overrides).toHaveLength(counted);
    for (const { Name, ActionToUse } of overrides) {
      expect(Name).toMatch(/_BODY$/);
      expect(ActionToUse).toEqual({ Count: {} });
    }
  });

  it('blocks long paths, queries and headers, and bodies by their announced length', () => {
    const { OrStatement } = rule('TooLong').Statement as {
      OrStatement: { Statements: Record<string, { FieldToMatch: object; RegexString?: string }>[] };
    };
    const fields = OrStatement.Statements.map(
      (one) => Object.keys(Object.values(one)[0]?.FieldToMatch ?? {})[0],
    );
    expect(fields).toEqual(['UriPath', 'QueryString', 'Headers', 'SingleHeader']);
    const pattern = new RegExp(OrStatement.Statements[3]?.RegexMatchStatement?.RegexString ?? '');
    expect(pattern.test('9999999')).toBe(false);
    expect(pattern.test('10485760')).toBe(true);
  });

  it('gives each rule a priority of its own and metrics, and keeps no samples of requests', () => {
    expect(rules.map(({ Priority }) => Priority)).toEqual([0, 1, 2, 3, 4]);
    for (const one of rules) {
      expect(one).toMatchObject({
        VisibilityConfig: { CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false },
      });
    }
  });

  it('logs without keys, under our key, which may encrypt that log', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: 'aws-waf-logs-openclaw',
      KmsKeyId: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: Match.arrayWith([{ SingleHeader: { Name: 'authorization' } }, { QueryString: {} }]),
    });
    expect(JSON.stringify(app.template('OpenClaw-Data').findResources('AWS::KMS::Key'))).toContain(
      ':log-group:aws-waf-logs-openclaw*',
    );
  });
});

describe('throttling', () => {
  it('is as configured', () => {
    synthesize({ network: { mode: 'public', requestsPerSecond: 50, burst: 70 } })
      .template('OpenClaw-Api')
      .hasResourceProperties('AWS::ApiGateway::Stage', {
        MethodSettings: [Match.objectLike({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 70 })],
      });
  });
});
