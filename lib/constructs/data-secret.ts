import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret, type SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager';
import { type CfnResource, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge, inStandards } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { UsableResource } from './usable-resource.ts';

/** The operations that our functions call on a secret. */
export type SecretOperation = 'GetSecretValue';

export interface DataSecretProps {
  /** What the secret holds, shown in the console. */
  readonly description: string;
  /** How the first value is made. A later deployment leaves the value alone as long as this does not change. */
  readonly firstValue: SecretStringGenerator;
  readonly encryptionKey: DataKey;
  /** Why no schedule gives the secret a new value. */
  readonly whyNotRotated: string;
  /**
   * Makes the secret a JSON object whose entries have these names. The local runtime, which has no operator to put
   * values in, takes each from its own environment variable of that name.
   *
   * @default - the local runtime only generates the first value
   */
  readonly localValuesFrom?: readonly string[];
}

/** A secret, encrypted with the deployment's key, which outlives its stack. */
export class DataSecret extends Secret implements UsableResource<SecretOperation> {
  private readonly key: DataKey;

  constructor(scope: Construct, id: string, props: DataSecretProps) {
    super(scope, id, {
      description: props.description,
      generateSecretString: props.firstValue,
      // By its ARN: given the key itself, Secret writes into its policy a statement with the host name of one partition.
      // It lets everyone in the account use the key through Secrets Manager; our callers have a statement of their own.
      encryptionKey: Key.fromKeyArn(scope, `${id}Key`, props.encryptionKey.keyArn),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = props.encryptionKey;
    acknowledge(
      this,
      props.whyNotRotated,
      'AwsSolutions-SMG4',
      ...inStandards('SecretsManagerRotationEnabled'),
    );
    if (props.localValuesFrom !== undefined) {
      const resource = this.node.defaultChild as CfnResource;
      resource.addMetadata('openclaw:localValuesFrom', props.localValuesFrom);
    }
  }

  /** The secret's ARN. */
  get address(): string {
    return this.secretArn;
  }

  allow(grantee: IGrantable, operations: readonly SecretOperation[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: operations.map((operation) => `secretsmanager:${operation}`),
        resources: [this.secretArn],
      }),
    );
    this.key.allowDecryption(grantee, 'secretsmanager');
  }
}
