import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';

/** What the names of the log groups begin with that API Gateway writes its own errors to. */
export const EXECUTION_LOGS = 'API-Gateway-Execution-Logs_';

/**
 * Makes the log group that a stage's execution log goes to. Where there is none, API Gateway makes one that is not
 * encrypted and keeps its lines for ever.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export function keepExecutionLog(api: RestApi, stageName: string, encryptionKey: IKey): void {
  const log = new LogGroup(api, 'ExecutionLog', {
    logGroupName: `${EXECUTION_LOGS}${api.restApiId}/${stageName}`,
    retention: RetentionDays.ONE_MONTH,
    encryptionKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  api.deploymentStage.node.addDependency(log);
}
