import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { siloKeyAlias } from '../config/silos.ts';
import type { DataKey, KeyOperation } from './data-key.ts';
import { OWN_TENANT, type TenantResource } from './usable-resource.ts';

export interface TenantKeysProps {
  /** Name of the deployment. */
  readonly deployment: string;
  /** The key of the tenants that share one. */
  readonly shared: DataKey;
  /** Ids of the tenants that have a key of their own. */
  readonly silos: readonly string[];
}

/** The keys under which functions encrypt what tenants say: one that most share, and one for each silo. */
export class TenantKeys extends Construct implements TenantResource<KeyOperation> {
  private readonly shared: DataKey;
  private readonly deployment: string;
  private readonly hasSilos: boolean;

  constructor(scope: Construct, id: string, props: TenantKeysProps) {
    super(scope, id);
    this.shared = props.shared;
    this.deployment = props.deployment;
    this.hasSilos = props.silos.length > 0;
    for (const tenantId of props.silos) siloKey(this, props.deployment, tenantId);
  }

  /** The ARN of the shared key. That of a silo is told by its alias. */
  get address(): string {
    return this.shared.keyArn;
  }

  /**
   * A silo's key is allowed by its alias, which has the tenant's id in it: so the policy stays the same whichever silos
   * there are, and a stack that comes later holds no key's ARN, which would keep the key in the template for good.
   * https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
   */
  allowOwn(tenants: IRole, operations: readonly KeyOperation[]): readonly PolicyStatement[] {
    const ofShared = this.shared.allowOwn(tenants, operations);
    if (!this.hasSilos) return ofShared;
    const ofSilo = new PolicyStatement({
      actions: operations.map((operation) => `kms:${operation}`),
      resources: [Stack.of(this).formatArn({ service: 'kms', resource: 'key', resourceName: '*' })],
      conditions: {
        StringEquals: { 'kms:EncryptionContext:tenantId': OWN_TENANT },
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': siloKeyAlias(this.deployment, OWN_TENANT) },
      },
    });
    tenants.grantPrincipal.addToPrincipalPolicy(ofSilo);
    return [...ofShared, ofSilo];
  }
}

/** A key that nobody uses but in a session of its tenant, whatever other policies allow. */
function siloKey(scope: Construct, deployment: string, tenantId: string): void {
  const key = new Key(scope, `Silo-${tenantId}`, {
    description: `What the tenant ${tenantId} of ${deployment} says`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addAlias(siloKeyAlias(deployment, tenantId));
  key.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: { StringNotEquals: { 'aws:PrincipalTag/tenantId': tenantId } },
    }),
  );
}
