import { describe, expect, it, vi } from 'vitest';
import { destroyPlan } from '../../../../lib/cli/deploy/destroy.ts';
import { startFakeAws } from '../../../support/fake-aws.ts';
import { makePlan } from './support/make-plan.ts';

/** One stack that holds a retained table. */
function account(status: string, terminationProtection: boolean) {
  return {
    'sts GetCallerIdentity': {
      xml: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/someone</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    },
    'cloudformation DescribeStacks': {
      xml: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>OpenClaw-Api</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-11-01T00:00:00Z</CreationTime><EnableTerminationProtection>${terminationProtection}</EnableTerminationProtection></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    },
    'cloudformation GetTemplate': {
      xml: '<GetTemplateResponse><GetTemplateResult><TemplateBody>{"Resources":{"Keys":{"Type":"AWS::DynamoDB::Table","DeletionPolicy":"Retain"}}}</TemplateBody></GetTemplateResult></GetTemplateResponse>',
    },
    'cloudformation ListStackResources': {
      xml: '<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member><LogicalResourceId>Keys</LogicalResourceId><PhysicalResourceId>keys-table</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType></member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>',
    },
  };
}

const plan = makePlan({}, { region: 'eu-west-1' });

describe('openclaw destroy', () => {
  it('leaves a protected stack alone, whatever is confirmed', async () => {
    const { calls } = await startFakeAws(account('CREATE_COMPLETE', true));
    await expect(destroyPlan(plan, { yes: true })).rejects.toThrow('--delete-data` removes it too');
    expect(calls).not.toContain('cloudformation UpdateTerminationProtection');
  });

  it('keeps the protection on until it is confirmed, and names what stays', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { calls } = await startFakeAws(account('CREATE_COMPLETE', true));
    await expect(destroyPlan(plan, { deleteData: true })).rejects.toThrow('Nothing was removed');
    expect(calls).not.toContain('cloudformation UpdateTerminationProtection');
    expect(printed.mock.calls.flat().join('')).toContain('AWS::DynamoDB::Table keys-table');
    printed.mockRestore();
  });

  it('does not begin while another change is under way', async () => {
    await startFakeAws(account('UPDATE_IN_PROGRESS', false));
    await expect(destroyPlan(plan, { yes: true })).rejects.toThrow('is in UPDATE_IN_PROGRESS: wait until');
  });
});
