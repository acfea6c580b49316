import { App, Duration, Stack } from 'aws-cdk-lib/core';
import cdk from '../../../cdk.json' with { type: 'json' };
import { BundledFunction } from '../../../lib/constructs/bundled-function.ts';
import { DataKey } from '../../../lib/constructs/data-key.ts';
import { DataTable } from '../../../lib/constructs/data-table.ts';
import { EXECUTION_LOGS } from '../../../lib/constructs/execution-log.ts';
import { StreamingRestApi } from '../../../lib/constructs/streaming-rest-api.ts';

// The constructs of the API's own stack, so that nothing but the function's code is another.
const { CDK_OUTDIR = '', UPSTREAM_ORIGIN = '' } = process.env;
const app = new App({ outdir: CDK_OUTDIR, context: cdk.context, analyticsReporting: false });
const stack = new Stack(app, 'BareFunction');
const key = new DataKey(stack, 'Key', {
  description: 'Encrypts records',
  logGroupPrefixes: ['BareFunction', EXECUTION_LOGS],
});
const records = new DataTable(stack, 'Records', {
  partitionKey: 'partition',
  sortKey: 'sort',
  encryptionKey: key,
});
const handler = new BundledFunction(stack, 'Function', {
  description: 'Records a request and passes it on',
  entry: 'bench/gateway/bare-function/handler.ts',
  memoryMib: 1_769,
  timeout: Duration.minutes(1),
  logKey: key,
});
handler.uses(records, ['BatchWriteItem'], 'REQUESTS_TABLE');
handler.addEnvironment('UPSTREAM_ORIGIN', UPSTREAM_ORIGIN);
new StreamingRestApi(stack, 'Api', {
  name: 'bare-function',
  description: 'Records a request and passes it on',
  handler,
  requestsPerSecond: 10_000,
  burst: 5_000,
  logKey: key,
});
app.synth();
