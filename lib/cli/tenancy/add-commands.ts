import { type Command, InvalidArgumentError, Option } from 'commander';

/** `openclaw tenants|projects|keys …`: who uses a deployment, over the HTTP API. */
export function addTenancyCommands(program: Command): void {
  addTenants(program.command('tenants').description('the tenants of a deployment, over the HTTP API'));
  addProjects(program.command('projects').description('the projects of a tenant, over the HTTP API'));
  addKeys(program.command('keys').description('API keys, over the HTTP API'));
}

function overApi(command: Command): Command {
  return command
    .option('--url <url>', "the API's base URL, with /v1; default: OPENAI_BASE_URL, then the local platform")
    .option('--key <key>', 'default: OPENCLAW_ADMIN_KEY, then that of the local platform');
}

function inTenant(command: Command): Command {
  return overApi(command).option('--tenant <id>', "the tenant to act in; default: the key's");
}

function addTenants(tenants: Command): void {
  overApi(tenants.command('create <id>'))
    .description('make a tenant; again, with the same options, gives the same tenant')
    .option('--name <text>', 'what people call it; default: the id')
    .option('--region <regions...>', 'where a model may process its data; default: anywhere')
    .addOption(
      new Option('--when-ledger-fails <choice>', 'requests while limits and budgets cannot be looked up')
        .choices(['closed', 'open'])
        .default('closed'),
    )
    .action(async (id, options) => {
      const { createTenant } = await import('./tenants.ts');
      await createTenant(id, options);
    });
  overApi(tenants.command('list'))
    .description('list the tenants')
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { listTenants } = await import('./tenants.ts');
      await listTenants(options);
    });
  overApi(tenants.command('show <id>'))
    .description('show all of a tenant, as JSON')
    .action(async (id, options) => {
      const { showTenant } = await import('./tenants.ts');
      await showTenant(id, options);
    });
  for (const [name, status, description] of [
    ['suspend', 'suspended', 'refuse all requests of a tenant, until it is resumed'],
    ['resume', 'active', 'let a suspended tenant work again, or a deleted one that is not purged'],
  ] as const) {
    overApi(tenants.command(`${name} <id>`))
      .description(description)
      .action(async (id, options) => {
        const { setTenantStatus } = await import('./tenants.ts');
        await setTenantStatus(id, status, options);
      });
  }
  overApi(tenants.command('delete <id>'))
    .description('stop a tenant; its data stays until it is purged')
    .option('--purge', 'remove the data of a tenant that was deleted 20 minutes ago; nothing brings it back')
    .option('--yes', "do not ask for the tenant's id")
    .action(async (id, options) => {
      const { deleteTenant } = await import('./delete-tenant.ts');
      await deleteTenant(id, options);
    });
}

function addProjects(projects: Command): void {
  inTenant(projects.command('create <name>'))
    .description('make a project and print its id')
    .option('--id <id>', 'an id of your choice; default: a new one')
    .action(async (name, options) => {
      const { createProject } = await import('./projects.ts');
      await createProject(name, options);
    });
  inTenant(projects.command('list'))
    .description('list the projects')
    .option('--archived', 'those that are archived, too')
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { listProjects } = await import('./projects.ts');
      await listProjects(options);
    });
  inTenant(projects.command('archive <id>'))
    .description('close a project for good; its keys stop')
    .action(async (id, options) => {
      const { archiveProject } = await import('./projects.ts');
      await archiveProject(id, options);
    });
  inTenant(projects.command('cache <id>'))
    .description('answer the same request of a project from what is kept, or stop doing so')
    .addArgument(
      projects.createArgument('<duration>', 'how long, for example 10m or 1d; or off').argParser(parseCache),
    )
    .action(async (id, ttlSeconds, options) => {
      const { cacheProject } = await import('./projects.ts');
      await cacheProject(id, ttlSeconds, options);
    });
}

function addKeys(keys: Command): void {
  inTenant(keys.command('create'))
    .description('make a key and print it, this once')
    .option('--bootstrap', "with your own AWS credentials: a deployment's first key")
    .option('--outputs <file>', 'with --bootstrap: what `openclaw deploy` wrote')
    .option('--config <file>', 'with --bootstrap: the configuration', 'openclaw.config.ts')
    .option('--project <id>', "the tenant's project", 'default')
    .option('--name <text>', 'what people call it', 'first key')
    .option('--scope <scopes...>', 'what it may do: permissions, or admin for a key that administers')
    .option('--model <names...>', 'the models that it may use; default: all')
    .option('--from <ranges...>', 'addresses from which it may be used, such as 192.0.2.0/24; default: any')
    .option('--owner <id>', 'the member or service account for whom it acts')
    .option('--expires-in <duration>', 'for example 90d; default: it does not', parseDuration)
    .action(async (options) => {
      const { createKey } = await import('../create-key.ts');
      await createKey(options);
    });
  inTenant(keys.command('list'))
    .description('list the keys of a project')
    .option('--project <id>', "the tenant's project", 'default')
    .option('--admin', 'those that administer the tenant')
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { listKeys } = await import('./keys.ts');
      await listKeys(options);
    });
  inTenant(keys.command('rotate <id>'))
    .description('make a key like this one and print it, this once; the old one works on for a while')
    .option('--overlap <duration>', 'how long, at most 30d; default: 1d', parseDuration)
    .option('--expires-in <duration>', 'of the new key; default: as the old one was given', parseDuration)
    .action(async (id, options) => {
      const { rotateKey } = await import('./keys.ts');
      await rotateKey(id, options);
    });
  inTenant(keys.command('revoke <id>'))
    .description('end a key at once, everywhere within a minute')
    .option('--project <id>', "the tenant's project", 'default')
    .option('--admin', 'a key that administers the tenant')
    .action(async (id, options) => {
      const { revokeKey } = await import('./keys.ts');
      await revokeKey(id, options);
    });
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads `90d`, `12h`, `10m` or `30s`, in seconds. */
function parseDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  if (count === undefined || seconds === undefined) {
    throw new InvalidArgumentError('a duration is a number with s, m, h or d, for example 12h');
  }
  return Number(count) * seconds;
}

function parseCache(text: string): number | null {
  return text === 'off' ? null : parseDuration(text);
}
