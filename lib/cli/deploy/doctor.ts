import { CommandError } from '../command-error.ts';
import { checkMachine, type MachineOptions } from './check-machine.ts';
import { type DeploymentPlan, planDeployment } from './deployment-plan.ts';
import { type Finding, failure, ok, warning } from './preflight/check.ts';
import {
  type CheckReport,
  deployedChecks,
  findTarget,
  preflightChecks,
  runChecks,
} from './preflight/index.ts';
import { readStatus } from './status.ts';
import { print, printReports } from './terminal.ts';

export interface DoctorOptions extends MachineOptions {
  /** File of the configuration. */
  readonly config: string;
  /** Prints JSON, for a program. */
  readonly json?: boolean;
}

/**
 * `openclaw doctor`: looks at everything that has to be right, on this machine and in the account, and changes nothing.
 *
 * @throws CommandError where something is not
 */
export async function doctor(options: DoctorOptions): Promise<void> {
  const reports = await examine(options);
  if (options.json) print(JSON.stringify(reports, undefined, 2));
  else printReports(reports);
  const failures = reports.flatMap(({ findings }) => findings).filter(({ status }) => status === 'failure');
  if (failures.length > 0) throw new CommandError(`${failures.length} of the checks above failed`);
}

async function examine(options: DoctorOptions): Promise<CheckReport[]> {
  const machine = await checkMachine(options);
  try {
    const plan = await planDeployment({ config: options.config, validate: false });
    const configuration = { title: 'configuration', findings: [ok(options.config)] };
    return [...machine, configuration, ...(await examineAccount(plan))];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const finding = failure(error.message, 'correct it: docs/reference/configuration.md lists every key');
    return [...machine, { title: 'configuration', findings: [finding] }];
  }
}

/** All that can be asked of the account, without which the platform still runs on this machine. */
export async function examineAccount(plan: DeploymentPlan): Promise<CheckReport[]> {
  const title = 'account';
  const target = await findTarget(plan.configuration).catch((error: unknown) => {
    if (error instanceof CommandError) return error;
    throw error;
  });
  if (target instanceof CommandError) {
    const finding = warning(target.message, 'needed to deploy; `npm start` works without');
    return [{ title, findings: [finding] }];
  }
  const { region, identity } = target;
  return [
    { title, findings: [ok(`${identity.account}, ${region}, as ${identity.arn}`)] },
    ...(await runChecks([...preflightChecks, ...deployedChecks], { plan, region })),
    { title: 'API', findings: [await checkApi(plan)] },
  ];
}

async function checkApi(plan: DeploymentPlan): Promise<Finding> {
  try {
    const { api } = await readStatus(plan);
    if (api === undefined) return ok('not deployed yet');
    return api.answers
      ? ok(api.detail)
      : failure(api.detail, 'look at the log of the function in CloudWatch');
  } catch (error) {
    return warning(
      `not checked: ${error instanceof Error ? error.message : error}`,
      'grant cloudformation:DescribeStacks and cloudformation:GetTemplate to have it checked',
    );
  }
}
