import { type Command, Option } from 'commander';

const states = ['held', 'queued', 'running', 'succeeded', 'failed', 'rejected', 'cancelled', 'expired'];

/** `openclaw moderation …`: the moderation queue, over the HTTP API. */
export function addModerationCommands(program: Command): void {
  const moderation = program
    .command('moderation')
    .description('requests that wait for a reviewer, over the HTTP API');
  const overApi = (command: Command) =>
    command
      .option(
        '--url <url>',
        "the API's base URL, with /v1; default: OPENAI_BASE_URL, then the local platform",
      )
      .option('--key <key>', 'default: OPENCLAW_ADMIN_KEY, then that of the local platform')
      .option('--tenant <id>', "the tenant to act in; default: the key's");
  overApi(moderation.command('list'))
    .description('list held requests, the oldest first')
    .addOption(new Option('--status <status>', 'what became of them').choices(states).default('held'))
    .option('--category <category>', 'only those of a category, for example violence')
    .option('--project <id>', 'only those of a project')
    .option('--json', 'print everything as JSON')
    .action(async (options) => {
      const { listRequests } = await import('./list-requests.ts');
      await listRequests(options);
    });
  overApi(moderation.command('show <job>'))
    .description('show a request with what was asked; every look is recorded')
    .action(async (job, options) => {
      const { showRequest } = await import('./show-request.ts');
      await showRequest(job, options);
    });
  overApi(moderation.command('claim <job>'))
    .description('take a request for 15 minutes, or for 15 minutes more')
    .action(async (job, options) => {
      const { claimRequest } = await import('./claim-request.ts');
      await claimRequest(job, options);
    });
  for (const decision of ['approve', 'reject'] as const) {
    overApi(moderation.command(`${decision} <job>`))
      .description(
        decision === 'approve'
          ? 'let a claimed request run'
          : 'refuse a claimed request; its caller is told why',
      )
      .requiredOption('--reason <text>', 'told to the caller, and recorded')
      .action(async (job, options) => {
        const { decideRequest } = await import('./decide-request.ts');
        await decideRequest(job, { ...options, decision });
      });
  }
  overApi(moderation.command('appeal <job>'))
    .description('as the caller: have another reviewer look at a rejected request, once')
    .requiredOption('--text <text>', 'why it should be allowed')
    .action(async (job, options) => {
      const { appealRequest } = await import('./appeal-request.ts');
      await appealRequest(job, options);
    });
}
