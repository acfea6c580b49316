import { type ApprovalOptions, approveChanges, showDifferences } from './approve.ts';
import { checkAccount } from './check-account.ts';
import { deployStacks } from './deploy-stacks.ts';
import { planDeployment } from './deployment-plan.ts';
import { print } from './terminal.ts';
import { welcome } from './welcome.ts';

export interface DeployOptions extends ApprovalOptions {
  /** File of the configuration. */
  readonly config: string;
  /** File to write the stacks' outputs to. */
  readonly outputs: string;
  /** Ends before anything is changed. */
  readonly dryRun?: boolean;
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

  print('Checking the account');
  const { region } = await checkAccount(plan);

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
  const outputs = await deployStacks(plan, region, options.outputs);
  print(`  ✓ outputs are in ${options.outputs}`);
  await welcome(plan, outputs, { ...options, region });
}
