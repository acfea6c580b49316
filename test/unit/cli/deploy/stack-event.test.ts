import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../../../lib/cli/deploy/explain-failure.ts';
import { progressReporter } from '../../../../lib/cli/deploy/report-progress.ts';
import { parseStackEvent } from '../../../../lib/cli/deploy/stack-event.ts';

/** What `cdk deploy --progress events` of aws-cdk 2.1148.1 prints for a resource. */
function line(status: string, resource: string, reason = '', progress = ' 3/12'): string {
  return `OpenClaw-Data | ${progress} | 4:29:57 AM | ${status.slice(0, 20).padEnd(20)} | AWS::DynamoDB::Table       | ${resource} ${reason}`;
}

describe('a line of the CDK about a resource', () => {
  it('tells its stack, progress, state, type, place and reason', () => {
    expect(
      parseStackEvent(line('CREATE_FAILED', 'OpenClaw-Data/ApiKeys (ApiKeys3BB3983D)', 'No room')),
    ).toEqual({
      stack: 'OpenClaw-Data',
      progress: { done: 3, of: 12 },
      status: 'CREATE_FAILED',
      type: 'AWS::DynamoDB::Table',
      resource: 'OpenClaw-Data/ApiKeys',
      reason: 'No room',
    });
  });

  it('may have no total, as without a change set', () => {
    expect(parseStackEvent(line('CREATE_COMPLETE', 'ApiKeys', '', '  3'))).toMatchObject({
      progress: undefined,
      resource: 'ApiKeys',
      reason: '',
    });
  });

  it.each([
    'OpenClaw-Data: deploying... [1/2]',
    '✅  OpenClaw-Data',
    '',
    ' 3/12 Currently in progress: A, B',
  ])('is not %j', (text) => {
    expect(parseStackEvent(text)).toBeUndefined();
  });
});

describe('the progress of a deployment', () => {
  it('is one line per resource that is done or failed, and one per stack', () => {
    const printed: string[] = [];
    const report = progressReporter((text) => printed.push(text));
    for (const text of [
      'OpenClaw-Data: creating CloudFormation changeset...',
      line('CREATE_IN_PROGRESS', 'ApiKeys'),
      line('CREATE_COMPLETE', 'ApiKeys'),
      line('CREATE_FAILED', 'Requests', 'No room'),
      ' 3/12 Currently in progress: RateLimits',
      '✅  OpenClaw-Data',
      '✅  OpenClaw-Api (no changes)',
      '✅  OpenClaw-Api: destroyed',
    ]) {
      report(text);
    }
    expect(printed).toEqual([
      '  · 3/12 create complete ApiKeys (AWS::DynamoDB::Table)',
      '  ✗ 3/12 create failed Requests (AWS::DynamoDB::Table): No room',
      '  … still at work on RateLimits',
      '  ✓ OpenClaw-Data is deployed',
      '  ✓ OpenClaw-Api: no changes',
      '  ✓ OpenClaw-Api is gone',
    ]);
  });
});

describe('a failed deployment is explained by', () => {
  it('the first resource that failed, not by those that followed', () => {
    const explained = explainFailure([
      line('CREATE_FAILED', 'Cancelled', 'Resource creation cancelled'),
      line('CREATE_FAILED', 'Requests', 'Subscriber limit exceeded: there is a limit of 2500 tables'),
      line('DELETE_FAILED', 'Later', 'Something else'),
      '❌  OpenClaw-Data failed to deploy',
    ]);
    expect(explained).toBe(
      'Requests (AWS::DynamoDB::Table) in OpenClaw-Data is CREATE_FAILED: Subscriber limit exceeded: there is a limit of 2500 tables\n' +
        '  Next: ask for a higher quota in the Service Quotas console, or configure less',
    );
  });

  it("the CDK's own error where no resource failed", () => {
    expect(
      explainFailure([
        '✨  Synthesis time: 0s',
        '❌  OpenClaw-Api failed to deploy',
        '‣ ValidationError: No export named X found.',
      ]),
    ).toBe(
      'OpenClaw-Api failed to deploy ValidationError: No export named X found.\n' +
        '  Next: mend what is named above, then run `npx openclaw deploy` again',
    );
  });

  it.each([
    [
      'OpenClaw-Data: SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?',
      'npx cdk bootstrap',
    ],
    [
      'Could not assume role in target account using current credentials',
      'allow your identity sts:AssumeRole',
    ],
    [
      'CloudWatch Logs role ARN must be set in account settings to enable logging',
      'run `npx openclaw deploy` again',
    ],
    ['User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:CreateKey', 'grant the action'],
    ['openclaw-requests already exists in stack arn:aws:…', 'import it'],
    ['Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.', 'wait until'],
    ['Rate exceeded', 'in a minute'],
    ['The security token included in the request is expired', 'sign in again'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'check the network'],
  ])('the usual cause: %s', (reason, next) => {
    expect(explainFailure([line('CREATE_FAILED', 'Some', reason)]).split('Next: ')[1]).toContain(next);
  });
});
