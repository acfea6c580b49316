import { CommandError } from '../command-error.ts';
import type { CostEstimate } from '../cost/index.ts';
import type { DeploymentPlan } from './deployment-plan.ts';
import { explainFailure } from './explain-failure.ts';
import { runCdk } from './run-cdk.ts';
import { askYes, isInteractive, print } from './terminal.ts';

const HOURS_PER_MONTH = 730;

/** Which changes want an approval: those that widen access, all, or none. The CDK's own three levels. */
export type ApprovalLevel = 'broadening' | 'any-change' | 'never';

export interface ApprovalOptions {
  readonly requireApproval: ApprovalLevel;
  /** Approves beforehand. */
  readonly yes?: boolean;
  /** The most that may be billed by the hour, in US dollars, where nobody can be asked. */
  readonly acceptHourlyUsd?: number;
  /** Accepts machines whose price is not known, too. */
  readonly acceptUnknownPrice?: boolean;
}

/**
 * Asks about what is billed by the hour, whether it is used or not. Where nobody can be asked, both `--yes` and an amount
 * are wanted, so that a bill does not grow because a pipeline says yes to everything.
 *
 * @throws CommandError where it is not approved
 */
export async function approveHourlyCost(
  { maxUsdPerHour: machinesUsd, networkUsdPerHour, isIncomplete }: CostEstimate['hourly'],
  { yes, acceptHourlyUsd: accepted, acceptUnknownPrice = false }: ApprovalOptions,
): Promise<void> {
  const maxUsdPerHour = machinesUsd + networkUsdPerHour;
  if (maxUsdPerHour === 0 && !isIncomplete) return;
  const amount = `$${maxUsdPerHour.toFixed(2)} an hour${isIncomplete ? ', and machines without a known price,' : ''}`;
  if (accepted !== undefined && maxUsdPerHour > accepted) {
    throw new CommandError(`up to ${amount} is more than the ${accepted} of --accept-hourly-usd`);
  }
  if (yes && accepted !== undefined && (acceptUnknownPrice || !isIncomplete)) return;
  const perMonth = Math.ceil(maxUsdPerHour * HOURS_PER_MONTH);
  if (isInteractive() && (await askYes(`Up to ${amount} (about $${perMonth} a month) may be billed. Go on?`)))
    return;
  throw new CommandError(
    `up to ${amount} was not approved: pass --yes --accept-hourly-usd ${Math.ceil(maxUsdPerHour * 100) / 100}${isIncomplete ? ' --accept-unknown-price' : ''}`,
  );
}

/**
 * Shows what changes and asks about it. Without a terminal, and without `--yes`, changes of access are refused.
 *
 * @throws CommandError where it is not approved
 */
export async function approveChanges(
  plan: DeploymentPlan,
  region: string,
  options: ApprovalOptions,
): Promise<void> {
  if (options.requireApproval === 'never') return;
  const security = options.requireApproval === 'broadening';
  const differing = await showDifferences(plan, region, security);
  if (differing === 0 || options.yes) return;
  const what = security ? 'These changes of access' : 'These changes';
  if (isInteractive() && (await askYes(`${what} are made. Go on?`))) return;
  throw new CommandError(`${what.toLowerCase()} were not approved: pass --yes, or --require-approval never`);
}

/** Prints the differences to what is deployed and gives the number of stacks that have any. */
export async function showDifferences(
  plan: DeploymentPlan,
  region: string,
  securityOnly: boolean,
): Promise<number> {
  const { code, lines } = await runCdk(
    // A change set would tell replacements more exactly, and make every new stack's entry before anything is approved.
    ['diff', '--app', plan.directory, '--method', 'template', ...(securityOnly ? ['--security-only'] : [])],
    { region },
  );
  if (code !== 0) throw new CommandError(`the changes cannot be told: ${explainFailure(lines)}`);
  const differing = lines
    .map((line) => /Number of stacks with differences: (\d+)/.exec(line)?.[1])
    .find(Boolean);
  if (differing === undefined) throw new CommandError(`the changes cannot be told: ${lines.join('\n')}`);
  if (differing !== '0') for (const line of lines) print(line === '' ? '' : `  ${line}`);
  return Number(differing);
}
