import { z } from 'zod';

const mutualTls = z.strictObject({
  /** The certificate authorities whose clients are let in: a PEM bundle in a bucket of the region, `s3://bucket/key`. */
  truststoreUri: z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+\/.+/, 'expected s3://bucket/key'),
  /** Version of that object. Default: the newest at deployment. */
  truststoreVersion: z.string().min(1).optional(),
});

const hostedZone = z.strictObject({
  /** Id of the Route 53 zone. */
  id: z.string().regex(/^Z[A-Z0-9]+$/, 'expected the id of a hosted zone, Z…'),
  /** Name of the zone, for example `example.com`. */
  name: z.string().min(1),
});

/** A name of one's own for the API. The name that AWS gave is then switched off. */
export const domain = z.strictObject({
  /** The host name, for example `ai.example.com`. */
  name: z
    .string()
    .regex(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
      'expected a lower-case host name',
    ),
  /** ARN of a certificate for the name in AWS Certificate Manager, in the deployment's region. */
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      'expected the ARN of an ACM certificate',
    ),
  /** The zone in Route 53 in which the name is entered. Default: enter the output `DomainTarget` yourself. */
  hostedZone: hostedZone.optional(),
  /** Lets in only clients with a certificate of yours. Default: every client. */
  mutualTls: mutualTls.optional(),
});

export type DomainConfiguration = z.output<typeof domain>;
