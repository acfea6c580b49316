import { type DeployedStack, readStack } from '../aws/stacks.ts';
import { type Check, type Finding, failure, ok } from './check.ts';

/** A stack that is busy or stuck refuses a deployment. */
export const stackStates: Check = {
  title: 'stacks',
  needs: ['cloudformation:DescribeStacks'],
  run: ({ plan, region, signal }) =>
    Promise.all(
      plan.stacks.map(async ({ name }) => {
        const stack = await readStack({ region }, name, { signal });
        return stack === undefined ? ok(`${name} is new`) : judge(stack);
      }),
    ),
};

function judge({ name, status }: DeployedStack): Finding {
  const what = `${name} is in ${status}`;
  if (status === 'REVIEW_IN_PROGRESS') return ok(`${name} is new`);
  if (status.endsWith('_IN_PROGRESS')) {
    return failure(
      what,
      'another deployment is under way: wait until `npx openclaw status` says that it has ended',
    );
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return failure(
      what,
      `run \`npx cdk rollback ${name}\`; where a resource cannot be rolled back, add \`--orphan <logical id>\``,
    );
  }
  if (status === 'ROLLBACK_FAILED' || status === 'DELETE_FAILED') {
    return failure(what, `delete it first: \`aws cloudformation delete-stack --stack-name ${name}\``);
  }
  // The CDK removes a stack whose creation was rolled back and makes it anew.
  return ok(what);
}
