import { type CostEstimate, estimateCost } from '../cost/index.ts';
import { type ApprovalOptions, approveChanges, approveHourlyCost, showDifferences } from './approve.ts';
import { checkAccount } from './check-account.ts';
import { deployStacks } from './deploy-stacks.ts';
import { type DeploymentPlan, planDeployment } from './deployment-plan.ts';
import { print } from './terminal.ts';
import { welcome } from './welcome.ts';

export interface DeployOptions extends ApprovalOptions {
  /** File of the configuration. */
  readonly config: string;
  /** File to write the stacks' outputs to. */
  readonly outputs: string;
  /** Ends before anything is changed. */
  readonly dryRun?: boolean;
  /** How CloudFormation is told: by a change set, or without one, which is faster and cannot be looked at. */
  readonly method: 'change-set' | 'direct';
  /** Makes a first API key without asking. */
  readonly createKey?: boolean;
  /** False leaves the call of the deployed API out. */
  readonly smokeTest: boolean;
}

/**
 * `openclaw deploy`: from the configuration to an API that has answered.
 *
 * @throws Error whose message tells what failed, why, and what to do next
 */
export async function deploy(options: DeployOptions): Promise<void> {
  print('Synthesizing, with validation');
  const plan = await planDeployment({ config: options.config, validate: true });
  print(`  ✓ ${plan.stacks.map(({ name }) => name).join(', ')}`);
  await deployPlan(plan, options);
}

/** Deploys what is synthesized already, in the same steps. */
export async function deployPlan(
  plan: DeploymentPlan,
  options: Omit<DeployOptions, 'config'>,
): Promise<void> {
  print('Checking the account');
  const { region } = await checkAccount(plan);

  print('Estimating what it costs');
  const hourly = await printCosts(plan);
  // A dry run bills nothing, so there is nothing to approve.
  if (!options.dryRun) await approveHourlyCost(hourly, options);

  print('Comparing with what is deployed');
  if (options.dryRun) {
    const differing = await showDifferences(plan, region, false);
    print(
      `  ${differing} of ${plan.stacks.length} stacks would change. This is a dry run: nothing was deployed.`,
    );
    return;
  }
  await approveChanges(plan, region, options);

  print('Deploying');
  const outputs = await deployStacks(plan, { ...options, region });
  print(`  ✓ outputs are in ${options.outputs}`);
  await welcome(plan, outputs, { ...options, region });
}

async function printCosts({ stacks, configuration }: DeploymentPlan): Promise<CostEstimate['hourly']> {
  const { idle, perMillionRequests, hourly, notPriced } = await estimateCost(stacks, configuration);
  print(`  · idle: $${idle.usdPerMonth.toFixed(2)} a month`);
  print(`  · requests: $${perMillionRequests.usd.toFixed(2)} per million, without the models`);
  for (const { instanceType, minInstances, maxInstances, maxUsdPerHour } of hourly.resources) {
    const price =
      maxUsdPerHour === null ? 'at an unknown price' : `up to $${maxUsdPerHour.toFixed(2)} an hour`;
    print(`  ! billed by the hour: ${minInstances} to ${maxInstances} × ${instanceType}, ${price}`);
  }
  if (hourly.networkUsdPerHour > 0) {
    print(
      `  ! billed by the hour: the network, $${hourly.networkUsdPerHour.toFixed(2)} an hour, used or not`,
    );
  }
  for (const { stack, resource, reason } of notPriced)
    print(`  ! not in these: ${stack} ${resource}, ${reason}`);
  return hourly;
}
