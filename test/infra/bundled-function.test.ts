import { Match, Template } from 'aws-cdk-lib/assertions';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { BundledFunction } from '../../lib/constructs/bundled-function.ts';
import { DataKey } from '../../lib/constructs/data-key.ts';
import { DataTable, type TableOperation } from '../../lib/constructs/data-table.ts';
import { GREETING_ENTRY, temporaryFolder } from './synthesize.ts';

function createFunction() {
  const stack = new Stack(new App({ outdir: temporaryFolder() }), 'Stack');
  const key = new DataKey(stack, 'Key', { description: 'test', logGroupPrefixes: ['Stack-'] });
  const table = new DataTable(stack, 'Table', { partitionKey: 'id', encryptionKey: key });
  const handler = new BundledFunction(stack, 'Function', {
    description: 'test',
    entry: GREETING_ENTRY,
    memoryMib: 128,
    timeout: Duration.seconds(1),
    logKey: key,
  });
  return { stack, handler, table };
}

describe('a bundled function', () => {
  it('may write its own logs and nothing else', () => {
    const { stack } = createFunction();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionLogs'), 'Arn'] },
          },
        ],
      },
    });
  });

  it.each<[TableOperation[], string[]]>([
    [
      ['GetItem', 'Query'],
      ['kms:Decrypt', 'kms:DescribeKey'],
    ],
    [
      ['GetItem', 'UpdateItem'],
      Match.arrayWith(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']) as never,
    ],
  ])(
    'that uses a table for %j gets its name, these operations, and of the key what they need',
    (operations, keyActions) => {
      const { stack, handler, table } = createFunction();
      handler.uses(table, operations, 'REQUESTS_TABLE');
      const template = Template.fromStack(stack);
      template.hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { REQUESTS_TABLE: { Ref: Match.stringLikeRegexp('^Table') } } },
      });
      template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: operations.map((operation) => `dynamodb:${operation}`),
              Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Table'), 'Arn'] },
            }),
            Match.objectLike({ Action: keyActions }),
          ]),
        },
      });
    },
  );

  it('takes only operations of the resource, and only variables that functions read', () => {
    const { handler, table } = createFunction();
    const misuses = () => {
      // @ts-expect-error a table has no secret value
      handler.uses(table, ['GetSecretValue'], 'REQUESTS_TABLE');
      // @ts-expect-error no function reads such a variable
      handler.uses(table, ['GetItem'], 'REQUEST_TABLE');
    };
    expect(misuses).toBeTypeOf('function');
  });

  it('can be given any resource that knows its address and how to allow its operations', () => {
    const { stack, handler } = createFunction();
    const allowed: { grantee: IGrantable; operations: readonly string[] }[] = [];
    const queue = {
      address: 'https://queue',
      allow: (grantee: IGrantable, operations: readonly 'SendMessage'[]) => {
        allowed.push({ grantee, operations });
      },
    };
    handler.uses(queue, ['SendMessage'], 'REQUESTS_TABLE');
    expect(allowed).toEqual([{ grantee: handler, operations: ['SendMessage'] }]);
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { REQUESTS_TABLE: 'https://queue' } },
    });
  });
});
