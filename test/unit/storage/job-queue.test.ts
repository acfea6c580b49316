import { describe, expect, it } from 'vitest';
import { JobQueue } from '../../../lib/storage/job-queue.ts';
import { startFakeAws } from '../../support/fake-aws.ts';

const shared = 'https://sqs.eu-west-1.amazonaws.com/111122223333/Jobs-Shared';
const deployment = { name: 'team', tenants: { silos: ['vault'] } };

async function start() {
  const sent: Record<string, unknown>[] = [];
  const answer = (body: string) => {
    sent.push(JSON.parse(body));
    return { json: { MessageId: '1' } };
  };
  await startFakeAws({ 'sqs SendMessage': answer, 'sqs ChangeMessageVisibility': answer });
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient({ region: 'eu-west-1', useQueueUrlAsEndpoint: false, md5: false });
  return { sent, queue: new JobQueue(shared, deployment, async () => client) };
}

describe('messages about jobs', () => {
  it.each([
    ['acme', shared],
    ['vault', 'https://sqs.eu-west-1.amazonaws.com/111122223333/team-tenant-vault'],
  ])('of the tenant %s go to %s', async (tenantId, url) => {
    const { sent, queue } = await start();
    await queue.send({ tenantId, jobId: 'job_1' }, 1_500);
    expect(sent).toEqual([
      {
        QueueUrl: url,
        MessageBody: JSON.stringify({ tenantId, jobId: 'job_1' }),
        MessageGroupId: tenantId,
        DelaySeconds: 2,
      },
    ]);
  });

  it.each([-1, 0, 900_001, Number.MAX_SAFE_INTEGER])(
    'are delayed by what SQS takes: asked for %i ms',
    async (delayMs) => {
      const { sent, queue } = await start();
      await queue.send({ tenantId: 'acme', jobId: 'job_1' }, delayMs);
      expect(sent[0]?.DelaySeconds).toBe(delayMs > 0 ? 900 : 0);
    },
  );

  it('are hidden in the queue that they came from', async () => {
    const { sent, queue } = await start();
    await queue.hide('arn:aws:sqs:eu-west-1:111122223333:Jobs-Shared', 'receipt', 90_000);
    await queue.hide('arn:aws:sqs:eu-west-1:111122223333:team-tenant-vault', 'receipt', 90_000);
    expect(sent.map(({ QueueUrl }) => QueueUrl)).toEqual([
      shared,
      'https://sqs.eu-west-1.amazonaws.com/111122223333/team-tenant-vault',
    ]);
    expect(sent[0]).toMatchObject({ ReceiptHandle: 'receipt', VisibilityTimeout: 90 });
  });
});
