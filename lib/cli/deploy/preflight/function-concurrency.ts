import { readQuota } from '../aws/quotas.ts';
import { findResources } from '../find-resources.ts';
import { type Check, failure, ok, warning } from './check.ts';

/** Lambda's quota "Concurrent executions", in every account and region. */
const CONCURRENT_EXECUTIONS = 'L-B99A9384';

/** Lambda keeps so many executions free for functions that reserve none. */
const UNRESERVED = 100;

/** A new account may have a quota of 10, which a handful of streaming callers use up. */
const FEW = 100;

/** Each request in flight takes one concurrent execution. */
export const functionConcurrency: Check = {
  title: 'concurrent executions',
  needs: ['servicequotas:GetServiceQuota'],
  run: async ({ plan, region, signal }) => {
    const functions = findResources(plan, 'AWS::Lambda::Function');
    if (functions.length === 0) return [];
    const quota = await readQuota({ region }, 'lambda', CONCURRENT_EXECUTIONS, { signal });
    const raiseIt = `ask for more: \`aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code ${CONCURRENT_EXECUTIONS} --desired-value 1000\``;
    if (quota === undefined) return [warning('Lambda tells no quota', raiseIt)];
    const reserved = functions
      .map(({ declaration }) => Number(declaration.Properties?.ReservedConcurrentExecutions ?? 0))
      .reduce((sum, value) => sum + value, 0);
    if (reserved > 0 && quota - reserved < UNRESERVED) {
      return [
        failure(
          `the functions reserve ${reserved} of ${quota}, and Lambda keeps ${UNRESERVED} unreserved`,
          raiseIt,
        ),
      ];
    }
    if (quota < FEW) return [warning(`the account may have ${quota}: as many requests at a time`, raiseIt)];
    return [ok(`the account may have ${quota}`)];
  },
};
