import type { ResourceDeclaration } from '../../local/assembly/template.ts';
import { CommandError } from '../command-error.ts';
import {
  type DeployedResource,
  type DeployedStack,
  endTerminationProtection,
  listResources,
  readStack,
  readTemplate,
} from './aws/stacks.ts';
import { type DeploymentPlan, planDeployment } from './deployment-plan.ts';
import { explainingFailures } from './explain-call.ts';
import { explainFailure } from './explain-failure.ts';
import { findTarget } from './preflight/index.ts';
import { progressReporter } from './report-progress.ts';
import { runCdk } from './run-cdk.ts';
import { ask, isInteractive, print } from './terminal.ts';

export interface DestroyOptions {
  /** File of the configuration. */
  readonly config: string;
  /** Goes without typing the deployment's name. */
  readonly yes?: boolean;
  /** Removes the stacks that hold data too. */
  readonly deleteData?: boolean;
}

/** A stack that is deployed, with the resources that stay when it goes. */
interface Doomed {
  readonly stack: DeployedStack;
  readonly retained: readonly DeployedResource[];
}

/**
 * `openclaw destroy`: removes the stacks of a deployment, after saying what stays.
 *
 * @throws CommandError where it is not confirmed or cannot be done; then nothing has been removed, or what is left is named
 */
export async function destroy(options: DestroyOptions): Promise<void> {
  const plan = await planDeployment({ config: options.config, validate: false });
  await explainingFailures(() => destroyPlan(plan, options));
}

/** Removes what is deployed of a plan. */
export async function destroyPlan(
  plan: DeploymentPlan,
  options: Omit<DestroyOptions, 'config'>,
): Promise<void> {
  const { region, identity } = await findTarget(plan.configuration);
  const deployed = await readDeployed(plan, region);
  if (deployed.length === 0) {
    print(`Nothing of ${plan.configuration.name} is deployed in ${identity.account}, ${region}`);
    return;
  }
  requireRest(deployed);
  const doomed = deployed.filter(({ stack }) => options.deleteData || !stack.terminationProtection);
  if (doomed.length === 0) {
    throw new CommandError(
      `${names(deployed)} holds data and is protected: \`npx openclaw destroy --delete-data\` removes it too`,
    );
  }
  print(`In ${identity.account}, ${region}, these stacks go: ${names(doomed)}`);
  printWhatStays(deployed, doomed);
  await confirm(plan.configuration.name, options);
  // Only now, so that a refusal leaves the protection on.
  for (const { stack } of doomed) {
    if (stack.terminationProtection) {
      await endTerminationProtection({ region }, stack.name, { signal: AbortSignal.timeout(20_000) });
    }
  }
  const { code, lines } = await runCdk(
    // Exclusively: the CDK would take the stacks along that depend on these, which have been asked about already.
    [
      'destroy',
      ...doomed.map(({ stack }) => stack.name),
      '--exclusively',
      '--force',
      '--app',
      plan.directory,
    ],
    { region, onLine: progressReporter(print) },
  );
  if (code !== 0) {
    const left = await readDeployed(plan, region);
    throw new CommandError(
      `not everything could be removed: ${explainFailure(lines)}\n  Left: ${names(left)}${unprotected(doomed, left)}`,
    );
  }
}

/** Tells of stacks that were to go, and are there without the protection that they had. */
function unprotected(doomed: readonly Doomed[], left: readonly Doomed[]): string {
  const ended = left.filter(({ stack }) =>
    doomed.some((other) => other.stack.name === stack.name && other.stack.terminationProtection),
  );
  if (ended.length === 0) return '';
  return `\n  No longer protected: ${names(ended)}; the next \`openclaw deploy\` protects it again`;
}

async function readDeployed({ stacks }: DeploymentPlan, region: string): Promise<Doomed[]> {
  const options = { signal: AbortSignal.timeout(30_000) };
  const found = await Promise.all(
    stacks.map(async ({ name }): Promise<Doomed[]> => {
      const stack = await readStack({ region }, name, options);
      if (stack === undefined) return [];
      const [template, resources] = await Promise.all([
        readTemplate({ region }, name, options),
        listResources({ region }, name, options),
      ]);
      const { Resources: declared = {} } = JSON.parse(template) as {
        readonly Resources?: Readonly<
          Record<string, ResourceDeclaration & { readonly DeletionPolicy?: string }>
        >;
      };
      return [
        {
          stack,
          retained: resources.filter(({ logicalId }) => declared[logicalId]?.DeletionPolicy === 'Retain'),
        },
      ];
    }),
  );
  return found.flat();
}

/** A deletion that begins while another change is under way fails in its middle. */
function requireRest(deployed: readonly Doomed[]): void {
  const busy = deployed.find(({ stack }) => /(?<!^REVIEW)_IN_PROGRESS$/.test(stack.status));
  if (busy === undefined) return;
  throw new CommandError(
    `${busy.stack.name} is in ${busy.stack.status}: wait until \`npx openclaw status\` says that it has ended`,
  );
}

function printWhatStays(deployed: readonly Doomed[], doomed: readonly Doomed[]): void {
  const kept = deployed.filter((each) => !doomed.includes(each));
  if (kept.length > 0) {
    print(`These stay with all that they hold: ${names(kept)}. --delete-data removes them too.`);
  }
  const retained = doomed.flatMap((each) => each.retained);
  if (retained.length === 0) return;
  print('These resources stay, and are billed, until you delete them yourself:');
  for (const { type, physicalId } of retained) print(`  ${type} ${physicalId}`);
}

async function confirm(name: string, { yes }: Pick<DestroyOptions, 'yes'>): Promise<void> {
  if (yes) return;
  if (!isInteractive()) throw new CommandError('nobody can be asked here: pass --yes. Nothing was removed');
  const typed = await ask(`Type ${name} to go on: `);
  if (typed !== name) throw new CommandError('that is not its name. Nothing was removed');
}

function names(stacks: readonly Doomed[]): string {
  return stacks.map(({ stack }) => stack.name).join(', ') || 'none';
}
