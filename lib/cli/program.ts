import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addModerationCommands } from './moderation/add-commands.ts';
import { addPolicyCommands } from './policy/add-commands.ts';
import { addTenancyCommands } from './tenancy/add-commands.ts';

/** The command line of OpenClaw: one file per command. */
export function createProgram(): Command {
  const program = new Command('openclaw')
    .description(
      'An OpenAI-compatible, multi-tenant AI platform for your own AWS account, and for your laptop.',
    )
    .version(packageJson.version)
    .showHelpAfterError();
  program
    .command('init')
    .description(
      'write a configuration, and a workflow that deploys it, into this folder; overwrites nothing',
    )
    .addOption(new Option('--pipeline <service>', 'whose workflow to write, too').choices(['github']))
    .action(async (options) => {
      const { init } = await import('./init.ts');
      await init({ folder: process.cwd(), ...options });
    });
  program
    .command('dev')
    .description('run the whole platform on this machine')
    .option('--port <port>', 'port of the API; 0 takes any that is free', parsePort, 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'folder of all state', '.openclaw')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--watch', 'reload on a change of the code or the configuration')
    .action(async (options) => {
      // Loaded by the command that needs it, so that help comes at once.
      const { dev } = await import('./dev.ts');
      await dev(options);
    });
  program
    .command('synth')
    .description('check the configuration and write the templates; needs no credentials')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--output <folder>', 'where the templates are written to', 'cdk.out')
    .action(async (options) => {
      const { synth } = await import('./synth.ts');
      await synth(options);
    });
  program
    .command('deploy')
    .description('deploy to your AWS account: checks, costs, approval, progress, and a call of the live API')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--outputs <file>', "where the stacks' outputs are written to", 'openclaw-outputs.json')
    .option('--yes', 'approve the changes beforehand')
    .option('--accept-hourly-usd <amount>', 'the most that may be billed by the hour, with --yes', parseUsd)
    .option('--accept-unknown-price', 'with --yes: also machines whose price is not known')
    .addOption(
      new Option('--require-approval <level>', 'what is asked about')
        .choices(['broadening', 'any-change', 'never'])
        .default('broadening'),
    )
    .addOption(
      new Option('--method <method>', 'how CloudFormation is told')
        .choices(['change-set', 'direct'])
        .default('change-set'),
    )
    .option('--dry-run', 'check and compare, deploy nothing')
    .option('--create-key', 'make a first API key and print it, this once')
    .option('--no-smoke-test', 'do not call the API afterwards')
    .action(async (options) => {
      const { deploy } = await import('./deploy/deploy.ts');
      await deploy(options);
    });
  program
    .command('cost')
    .description('what a deployment costs: idle, per million requests, by the hour')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--requests-per-month <n>', 'adds what a month with so many requests costs', parseCount)
    .option('--latency-ms <n>', 'how long a request takes, most of it at the model', parseCount)
    .option('--input-tokens <n>', 'of a request', parseCount)
    .option('--output-tokens <n>', 'of a request', parseCount)
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { cost } = await import('./cost/cost.ts');
      await cost(options);
    });
  program
    .command('status')
    .description('what is deployed, how it is, and whether it is what the local code would deploy')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--json', 'for a program')
    .action(async (options) => {
      const { status } = await import('./deploy/status.ts');
      await status(options);
    });
  program
    .command('doctor')
    .description('look at everything that has to be right, on this machine and in the account')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--data <folder>', "folder of the local runtime's state", '.openclaw')
    .option('--port <port>', "the local runtime's port", parsePort, 8787)
    .option('--json', 'for a program')
    .action(async (options) => {
      const { doctor } = await import('./deploy/doctor.ts');
      await doctor(options);
    });
  program
    .command('destroy')
    .description('remove a deployment from your AWS account; its data stays')
    .option('--config <file>', 'the configuration', 'openclaw.config.ts')
    .option('--yes', "do not ask for the deployment's name")
    .option('--delete-data', 'remove the protected stacks too, and end their protection')
    .action(async (options) => {
      const { destroy } = await import('./deploy/destroy.ts');
      await destroy(options);
    });
  const iam = program.command('iam').description('permissions of the deployment that runs on this machine');
  iam
    .command('report')
    .description('list, role by role, what is granted and no call has ever used')
    .option('--data <folder>', 'folder of all state', '.openclaw')
    .option('--all', 'list what is used, too')
    .option('--json', 'for a program')
    .action(async (options) => {
      const { reportIam } = await import('./report-iam.ts');
      await reportIam(options);
    });
  const secrets = program.command('secrets').description('keys of the model providers, in a deployment');
  const withDeployment = (command: Command) =>
    command
      .requiredOption('--outputs <file>', 'what `cdk deploy --outputs-file` wrote')
      .option('--config <file>', 'the configuration', 'openclaw.config.ts');
  withDeployment(secrets.command('list'))
    .description('tell which keys are stored; none is shown')
    .action(async (options) => {
      const { listKeys } = await import('./secrets/list-keys.ts');
      await listKeys(options);
    });
  withDeployment(secrets.command('set <name>'))
    .description('store a key from the standard input; the former one stays usable until it is removed')
    .action(async (name, options) => {
      const { setKey } = await import('./secrets/set-key.ts');
      await setKey(name, options);
    });
  withDeployment(secrets.command('remove <name>'))
    .description('forget a key')
    .option('--former', 'only the one that was replaced')
    .action(async (name, options) => {
      const { removeKey } = await import('./secrets/remove-key.ts');
      await removeKey(name, options);
    });
  addTenancyCommands(program);
  addPolicyCommands(program);
  addModerationCommands(program);
  return program;
}

function parseUsd(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('an amount is a number such as 1.5');
  return Number(text);
}

function parseCount(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
