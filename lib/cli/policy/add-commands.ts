import { type Command, InvalidArgumentError } from 'commander';

/** `openclaw policy …`: access policies, over the HTTP API and as files. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('who may use which model: access policies in Cedar');
  overApi(policy.command('list'))
    .description('list the policies')
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { listPolicies } = await import('./list-policies.ts');
      await listPolicies(options);
    });
  overApi(policy.command('put <id> [file]'))
    .description('write a policy from a file, or from a template; it works within a minute')
    .option('--template <name>', 'the template; `openclaw policy templates` lists them')
    .option('--set <name=value...>', "a template's values; a name given again makes a list", collectValue, {})
    .option('--description <text>', 'what it is for, told to callers that it refuses')
    .option('--enable', 'let it work')
    .option('--disable', 'keep it without effect')
    .action(async (id, file, options) => {
      const { putPolicy } = await import('./put-policy.ts');
      await putPolicy(id, file, options);
    });
  overApi(policy.command('delete <id>'))
    .description('remove a policy')
    .action(async (id, options) => {
      const { deletePolicy } = await import('./delete-policy.ts');
      await deletePolicy(id, options);
    });
  policy
    .command('validate <files...>')
    .description('check policies in files, on this machine')
    .option('--platform', "as the platform's, which can only forbid")
    .action(async (files, options) => {
      const { validatePolicies } = await import('./validate-policies.ts');
      await validatePolicies(files, options);
    });
  policy
    .command('templates')
    .description('list the templates and their values')
    .action(async () => {
      const { listTemplates } = await import('./list-templates.ts');
      listTemplates();
    });
  overApi(policy.command('test <cases>'))
    .description('compare a table of decisions with what policies decide')
    .option('--policies <folder>', 'files of policies, one in each; default: the folder of the table')
    .option('--config <file>', 'the models, where the table names none; default: openclaw.config.ts')
    .option('--api', 'ask a deployment, about its policies and models')
    .action(async (cases, options) => {
      const { testPolicies } = await import('./test-policies.ts');
      await testPolicies(cases, options);
    });
}

function overApi(command: Command): Command {
  return command
    .option('--url <url>', "the API's base URL, with /v1; default: OPENAI_BASE_URL, then the local platform")
    .option('--key <key>', 'default: OPENCLAW_ADMIN_KEY, then that of the local platform')
    .option(
      '--tenant <id>',
      "the tenant to act in, `platform` for the platform's policies; default: the key's",
    );
}

type Values = Record<string, string | string[]>;

function collectValue(text: string, values: Values): Values {
  const [, name, value] = /^([a-z_]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('write name=value');
  const before = values[name];
  return { ...values, [name]: before === undefined ? value : [before, value].flat() };
}
