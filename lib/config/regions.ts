import { z } from 'zod';

/**
 * Every region of every partition that the installed CDK knows (2.276, 2026-11). A test compares the two, so a new
 * version of the CDK brings its new regions here.
 */
export const regions: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-central-1',
  'ca-west-1',
  'cn-north-1',
  'cn-northwest-1',
  'eu-central-1',
  'eu-central-2',
  'eu-isoe-west-1',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eusc-de-east-1',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'me-west-1',
  'mx-central-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-iso-west-1',
  'us-isob-east-1',
  'us-isob-west-1',
  'us-isof-east-1',
  'us-isof-south-1',
  'us-west-1',
  'us-west-2',
];

/** A region that there is. */
export const region = z.string().refine((name) => regions.includes(name), {
  error: ({ input }) => `there is no region ${JSON.stringify(input)}; ${suggest(String(input))}`,
});

/** The regions of the same part of the world, or else all. */
function suggest(name: string): string {
  const [area] = name.split('-');
  const near = regions.filter((candidate) => candidate.split('-')[0] === area);
  return `regions: ${(near.length > 0 ? near : regions).join(', ')}`;
}
