import { resolve } from 'node:path';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { synthesize } from '../synthesize.ts';
import type { CostAssumptions } from './assumptions.ts';
import { estimateCost } from './estimate.ts';
import { formatEstimate } from './format-estimate.ts';

export interface CostOptions {
  /** File of the configuration. */
  readonly config: string;
  readonly requestsPerMonth?: number;
  readonly latencyMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Print the whole estimate as one JSON object. */
  readonly json?: boolean;
}

/**
 * `openclaw cost`: what the deployment of a configuration costs, from its templates. Needs no credentials.
 *
 * @throws ConfigurationError, CommandError that tell what to change
 */
export async function cost(options: CostOptions): Promise<void> {
  const configurationFile = resolve(options.config);
  const configuration = await loadConfiguration(configurationFile);
  const directory = await synthesize({
    configurationFile,
    assembliesDirectory: resolve('.openclaw', 'synthesized'),
    signal: new AbortController().signal,
  });
  const { stacks } = await readAssembly(directory);
  const estimate = await estimateCost(stacks, configuration, assumptionsOf(options));
  process.stdout.write(options.json ? `${JSON.stringify(estimate, null, 2)}\n` : formatEstimate(estimate));
}

function assumptionsOf(options: CostOptions): Partial<CostAssumptions> {
  const { requestsPerMonth, latencyMs, inputTokens, outputTokens } = options;
  return {
    ...(requestsPerMonth !== undefined && { requestsPerMonth }),
    ...(latencyMs !== undefined && { billedMs: latencyMs }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
}
