import { type Attribute, AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type Conditions, type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge, inStandards } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import { OWN_TENANT, type TenantResource, type UsableResource } from './usable-resource.ts';

/** The operations that our functions call on a table. There is no Scan and no transaction among them (DESIGN §4). */
export type TableOperation =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

const readingOperations: ReadonlySet<TableOperation> = new Set(['GetItem', 'BatchGetItem', 'Query']);

export interface DataTableProps {
  /** Name of the partition key, a string. */
  readonly partitionKey: string;
  /** Name of the sort key, a string. @default - the table has none */
  readonly sortKey?: string;
  /** Name of the attribute with the time, in epoch seconds, after which an item is removed. @default - items stay */
  readonly timeToLiveAttribute?: string;
  readonly encryptionKey: DataKey;
}

/**
 * A DynamoDB table: on demand, encrypted with the deployment's key, recoverable to any second of the last 35 days,
 * protected from deletion.
 */
export class DataTable
  extends Table
  implements UsableResource<TableOperation>, TenantResource<TableOperation>
{
  private readonly key: DataKey;

  constructor(scope: Construct, id: string, props: DataTableProps) {
    super(scope, id, {
      partitionKey: stringAttribute(props.partitionKey),
      ...(props.sortKey !== undefined && { sortKey: stringAttribute(props.sortKey) }),
      ...(props.timeToLiveAttribute !== undefined && { timeToLiveAttribute: props.timeToLiveAttribute }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = props.encryptionKey;
    acknowledge(
      this,
      'Recoverable to any second of the last 35 days and protected from deletion; a backup plan would store and bill ' +
        'the same again',
      ...inStandards('DynamoDBInBackupPlan'),
    );
  }

  /** The table's name. */
  get address(): string {
    return this.tableName;
  }

  allow(grantee: IGrantable, operations: readonly TableOperation[]): void {
    this.allowWhere(grantee, operations);
  }

  /** Items whose partition key is the tenant's id, or begins with it and `#`. */
  allowOwn(tenants: IRole, operations: readonly TableOperation[]): readonly PolicyStatement[] {
    const own = this.allowWhere(tenants, operations, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [OWN_TENANT, `${OWN_TENANT}#*`] },
      // Of a call that names no key, "all" keys are the tenant's.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    return [own];
  }

  private allowWhere(
    grantee: IGrantable,
    operations: readonly TableOperation[],
    conditions: Conditions = {},
  ): PolicyStatement {
    const statement = new PolicyStatement({
      actions: operations.map((operation) => `dynamodb:${operation}`),
      resources: [this.tableArn],
      conditions,
    });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
    if (operations.every((operation) => readingOperations.has(operation))) {
      this.key.allowDecryption(grantee, 'dynamodb');
    } else {
      this.key.allowEncryption(grantee, 'dynamodb');
    }
    return statement;
  }
}

function stringAttribute(name: string): Attribute {
  return { name, type: AttributeType.STRING };
}
