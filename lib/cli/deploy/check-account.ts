import { CommandError } from '../command-error.ts';
import type { DeploymentPlan } from './deployment-plan.ts';
import { findTarget, preflightChecks, runChecks, type Target } from './preflight/index.ts';
import { print, printReports } from './terminal.ts';

/**
 * Asks the account whether the deployment can work, and prints what it answers.
 *
 * @throws CommandError where it cannot
 */
export async function checkAccount(plan: DeploymentPlan): Promise<Target> {
  const target = await findTarget(plan.configuration);
  print(`  ✓ account ${target.identity.account}, ${target.region}, as ${target.identity.arn}`);
  const reports = await runChecks(preflightChecks, { plan, region: target.region });
  printReports(reports);
  const failures = reports.flatMap(({ findings }) => findings).filter(({ status }) => status === 'failure');
  if (failures.length > 0) {
    throw new CommandError(
      `${failures.length === 1 ? 'one check has' : `${failures.length} checks have`} failed; nothing was deployed`,
    );
  }
  return target;
}
