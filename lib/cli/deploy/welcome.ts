import { CommandError } from '../command-error.ts';
import { makeKey, type Outputs, printKey } from '../create-key.ts';
import { apiUrl, curlCommand, modelToTry } from './deployed-api.ts';
import type { DeploymentPlan } from './deployment-plan.ts';
import { smokeTest } from './smoke-test.ts';
import { askYes, isInteractive, print } from './terminal.ts';

export interface WelcomeOptions {
  /** File that the outputs were written to. */
  readonly outputs: string;
  readonly region: string;
  /** Makes a first API key without asking. */
  readonly createKey?: boolean;
  /** False leaves the call of the deployed API out. */
  readonly smokeTest: boolean;
}

/**
 * What follows a deployment: a first key where one is wanted, a call to paste, and a call of our own that shows that the
 * API answers.
 *
 * @throws CommandError where the API does not answer as it should
 */
export async function welcome(
  plan: DeploymentPlan,
  outputs: Outputs,
  options: WelcomeOptions,
): Promise<void> {
  const apiKey = await findKey(plan, outputs, options);
  const url = apiUrl(outputs);
  if (url === undefined) {
    print('No stack has an output Url: there is no API to call');
    return;
  }
  const model = modelToTry(plan);
  print(`\nThe API is at ${url}v1\n\n${curlCommand(url, model)}\n`);
  if (apiKey === undefined) {
    print(`Make a key with \`npx openclaw keys create --bootstrap --outputs ${options.outputs}\`\n`);
  }
  if (!options.smokeTest) return;
  print('Calling it');
  const { passed, lines } = await smokeTest({ url, model, ...(apiKey !== undefined && { apiKey }) });
  for (const line of lines) print(`  ${passed ? '✓' : '·'} ${line}`);
  if (!passed) {
    throw new CommandError(
      `the API is deployed but does not work: ${lines.at(-1)}\n` +
        `  Next: \`npx openclaw doctor\`; the function's log says more: \`aws logs tail --since 10m --region ${options.region} <log group>\``,
    );
  }
}

/** A key of this deployment: the one in the environment, or a new one where it is asked for. */
async function findKey(
  { configuration: { environment } }: DeploymentPlan,
  outputs: Outputs,
  options: WelcomeOptions,
): Promise<string | undefined> {
  const inEnvironment = process.env.OPENAI_API_KEY;
  // Another service's key must not be sent to this one.
  const known = inEnvironment?.startsWith(`oc_${environment}_`) ? inEnvironment : undefined;
  const wanted =
    options.createKey ??
    (known === undefined && isInteractive() && (await askYes('Make an API key and print it, this once?')));
  if (!wanted) return known;
  const key = await makeKey(outputs, {
    environment,
    source: options.outputs,
    region: options.region,
    tenant: 'default',
    project: 'default',
    name: 'first key',
    scope: 'model:invoke',
  });
  printKey(key);
  return key.plaintext;
}
