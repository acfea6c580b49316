import { Command, InvalidArgumentError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };

/** The command line of OpenClaw: one file per command. */
export function createProgram(): Command {
  const program = new Command('openclaw')
    .description(
      'An OpenAI-compatible, multi-tenant AI platform for your own AWS account, and for your laptop.',
    )
    .version(packageJson.version)
    .showHelpAfterError();
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
  return program;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
