import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import type { ResourceDeclaration } from '../../../../lib/local/assembly/template.ts';
import { startRuntime } from '../../../../lib/local/index.ts';
import { temporaryDirectory, writeAssembly } from './write-assembly.ts';

/**
 * A runtime over one stack with the given resources, and AWS's own clients for its services.
 *
 * @param directory - that of an earlier start, to find its data again
 */
export async function startServices(
  resources: Readonly<Record<string, ResourceDeclaration>>,
  directory?: string,
) {
  const base = directory ?? (await temporaryDirectory());
  const outputs = Object.fromEntries(Object.keys(resources).map((id) => [id, { Value: { Ref: id } }]));
  const assemblyDirectory = await writeAssembly(join(base, 'cdk.out'), {
    Shop: { template: { Resources: resources, Outputs: outputs } },
  });
  const messages: string[] = [];
  const runtime = await startRuntime({
    assemblyDirectory,
    dataDirectory: join(base, 'data'),
    port: 0,
    environment: {},
    onProgress: (message) => messages.push(message),
  });
  const settings = {
    region: runtime.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamodb = new DynamoDBClient({ ...settings, endpoint: runtime.endpoints.dynamodb });
  const sqs = new SQSClient({ ...settings, endpoint: runtime.endpoints.sqs });
  const s3 = new S3Client({ ...settings, endpoint: runtime.endpoints.s3 });
  const stop = async () => {
    for (const client of [dynamodb, sqs, s3]) client.destroy();
    await runtime.stop();
  };
  onTestFinished(stop);
  const physicalId = (logicalId: string) => runtime.outputs.Shop?.[logicalId] ?? '';
  return { base, runtime, dynamodb, sqs, s3, messages, physicalId, stop };
}
