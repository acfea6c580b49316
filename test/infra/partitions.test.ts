import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

const partitions = [
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
] as const;

const WITHOUT_SAGEMAKER = 'eu-isoe-west-1';

/** Every string in a template, intrinsics joined as far as they are known: `AWS::URLSuffix` stands for itself. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [key, ...strings(child)]);
}

/** Service principals have the same name in every partition, as IAM has it. */
const servicePrincipal = /^[a-z-]+(\.s3)?\.amazonaws\.com$/;

describe.each(partitions)('in %s', (region, partition, suffix) => {
  const app = synthesize({
    account: '111122223333',
    region,
    ...(region !== WITHOUT_SAGEMAKER && {
      providers: { gpu: { kind: 'sagemaker', endpoint: 'qwen', inferenceComponent: 'chat' } },
      models: { small: { targets: [{ provider: 'gpu', model: 'qwen' }] } },
    }),
  });
  const written = app.stackNames.flatMap((name) => strings(app.template(name).toJSON()));

  it(`every ARN is of the partition ${partition}`, () => {
    const arns = written.flatMap((text) => [...text.matchAll(/\barn:([\w-]+):/g)].map(([, name]) => name));
    expect([...new Set(arns)]).toEqual([partition]);
  });

  it(`every host name ends in ${suffix} or is left to AWS::URLSuffix`, () => {
    const hosts = written.filter((text) => /amazonaws\.|\.ic\.gov|sgov\.gov|adc-e\.uk/.test(text));
    const foreign = hosts.filter((text) => !servicePrincipal.test(text) && !text.endsWith(`.${suffix}`));
    expect(foreign).toEqual([]);
  });
});

describe('without a region', () => {
  it('templates name no partition and no suffix, and so fit every one', () => {
    const app = synthesize({
      providers: { bedrock: { kind: 'bedrock' } },
      models: { nova: { targets: [{ provider: 'bedrock', model: 'amazon.nova-lite-v1:0' }] } },
    });
    const written = app.stackNames.flatMap((name) => strings(app.template(name).toJSON()));
    expect(written.filter((text) => /arn:aws/.test(text))).toEqual([]);
    expect(written.filter((text) => text.includes('amazonaws') && !servicePrincipal.test(text))).toEqual([]);
    expect(written).toContain('AWS::Partition');
    expect(written).toContain('AWS::URLSuffix');
  });
});
