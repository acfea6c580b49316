import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IAspect } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { ResidencyConfiguration } from '../config/residency.ts';
import { TenantRole } from './tenant-role.ts';

/** Services with one endpoint for all regions, whose calls count as made to the region of that endpoint. */
const globalServices = ['iam:*', 'route53:*', 'cloudfront:*', 'organizations:*', 'support:*'];

/**
 * Denies every function, and the role that functions take on for a tenant, all calls to regions outside the residency, whatever else allows them. Bedrock checks it for each
 * region to which an inference profile may send the request; for a global profile the region is "unspecified".
 * https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
 */
export class ResidencyLimit implements IAspect {
  private readonly regions: readonly string[];

  constructor({ regions }: ResidencyConfiguration) {
    this.regions = regions;
  }

  visit(node: IConstruct): void {
    if (node instanceof LambdaFunction) node.addToRolePolicy(this.limit());
    if (node instanceof TenantRole) node.addToPolicy(this.limit());
  }

  private limit(): PolicyStatement {
    return new PolicyStatement({
      sid: 'StayInResidency',
      effect: Effect.DENY,
      notActions: globalServices,
      resources: ['*'],
      conditions: { StringNotEquals: { 'aws:RequestedRegion': [...this.regions] } },
    });
  }
}
