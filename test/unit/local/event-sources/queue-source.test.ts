import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startRuntime } from '../../../../lib/local/index.ts';
import { trustIn } from '../support/counting-app.ts';
import { temporaryDirectory, writeAssembly } from '../support/write-assembly.ts';

const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** A function that logs the bodies it gets, fails on "poison" and reports it, or throws on "crash". */
const code = `
  export async function handler(event) {
    for (const { body } of event.Records) if (body === 'crash') throw new Error('crashed');
    for (const { body } of event.Records) console.log('got ' + body + ' of ' + event.Records.length);
    return { batchItemFailures: event.Records.filter(({ body }) => body === 'poison').map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
`;

async function start(options: { actions?: readonly string[]; visibility?: number; mapping?: object } = {}) {
  const directory = await temporaryDirectory();
  const queueArn = { 'Fn::GetAtt': ['Queue', 'Arn'] };
  const assemblyDirectory = await writeAssembly(join(directory, 'cdk.out'), {
    Jobs: {
      assets: { 'worker.zip': { 'index.mjs': code } },
      template: {
        Resources: {
          Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
          Queue: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              VisibilityTimeout: options.visibility ?? 1,
              RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
            },
          },
          Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trustIn('lambda') } },
          Policy: {
            Type: 'AWS::IAM::Policy',
            Properties: {
              PolicyName: 'polling',
              Roles: [{ Ref: 'Role' }],
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Action: options.actions ?? polling, Resource: queueArn },
                  { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
                ],
              },
            },
          },
          Worker: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: { S3Bucket: 'assets', S3Key: 'worker.zip' },
              Handler: 'index.handler',
              Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
              Timeout: 1,
            },
          },
          Source: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: {
              EventSourceArn: queueArn,
              FunctionName: { Ref: 'Worker' },
              FunctionResponseTypes: ['ReportBatchItemFailures'],
              ...options.mapping,
            },
          },
        },
        Outputs: { Queue: { Value: { Ref: 'Queue' } }, Dead: { Value: { Ref: 'Dead' } } },
      },
    },
  });
  const logs: string[] = [];
  const runtime = await startRuntime({
    assemblyDirectory,
    dataDirectory: join(directory, 'data'),
    port: 0,
    environment: {},
    onLog: (line) => logs.push(line),
  });
  const sqs = new SQSClient({
    endpoint: runtime.endpoints.sqs,
    region: runtime.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(async () => {
    sqs.destroy();
    await runtime.stop();
  });
  const { Queue: queue = '', Dead: dead = '' } = runtime.outputs.Jobs ?? {};
  return {
    logs,
    send: (...bodies: string[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue,
          Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
        }),
      ),
    waiting: async () => {
      const { Attributes: attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queue,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return (
        Number(attributes.ApproximateNumberOfMessages) +
        Number(attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },
    dead: async () => {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: dead, MaxNumberOfMessages: 10 }),
      );
      return messages.map(({ Body }) => Body);
    },
  };
}

describe('a queue that feeds a function', () => {
  it('hands out its messages in batches, and what is worked off leaves it', async () => {
    const { logs, send, waiting } = await start();
    await send('a', 'b', 'c');
    await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 5_000 });
    for (const body of ['a', 'b', 'c'])
      expect(logs.some((line) => line.includes(`got ${body} of`))).toBe(true);
  });

  it('hands out again only what failed, and gives it up where the redrive policy says', async () => {
    const { logs, send, waiting, dead } = await start();
    await send('a', 'poison');
    await vi.waitFor(async () => expect(await dead()).toEqual(['poison']), {
      timeout: 15_000,
      interval: 200,
    });
    expect(await waiting()).toBe(0);
    expect(logs.filter((line) => line.includes('got a of'))).toHaveLength(1);
    expect(logs.filter((line) => line.includes('got poison of'))).toHaveLength(2);
  }, 20_000);

  it('keeps a whole batch where the function throws', async () => {
    const { logs, send, dead } = await start({ mapping: { BatchSize: 1 } });
    await send('crash');
    await vi.waitFor(async () => expect(await dead()).toEqual(['crash']), { timeout: 15_000, interval: 200 });
    expect(logs.some((line) => line.includes('Source: 1 messages stay in the queue'))).toBe(true);
  }, 20_000);

  it.each(polling)('is refused to a role without %s', async (action) => {
    const actions = polling.filter((other) => other !== action);
    await expect(start({ actions })).rejects.toThrow(/does not have permissions to poll the queue/);
  });

  it('is refused where messages would come back while they are worked on', async () => {
    await expect(start({ visibility: 0 })).rejects.toThrow(
      /visibility timeout: 0 seconds is less than Function timeout: 1 seconds/,
    );
  });

  it('is refused with large batches and no window to gather them in', async () => {
    await expect(start({ mapping: { BatchSize: 100 } })).rejects.toThrow(/MaximumBatchingWindowInSeconds/);
  });
});
