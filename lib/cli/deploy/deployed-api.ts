import type { Outputs } from '../create-key.ts';
import type { DeploymentPlan } from './deployment-plan.ts';

/** Where the deployed API is, with a slash at the end; undefined where no stack has put it out. */
export function apiUrl(outputs: Outputs): string | undefined {
  const url = outputs.Url;
  return url === undefined || url.endsWith('/') ? url : `${url}/`;
}

/** The model to try a deployment with: the one that is built in, where the configuration has it. */
export function modelToTry({ configuration }: Pick<DeploymentPlan, 'configuration'>): string {
  const builtIn = Object.entries(configuration.models).find(([, { targets }]) =>
    targets.every(({ provider }) => configuration.providers[provider]?.kind === 'openclaw-extract'),
  );
  return builtIn?.[0] ?? Object.keys(configuration.models)[0] ?? 'openclaw-extract';
}

/** A curl that can be pasted as it is, once the key is in the environment. */
export function curlCommand(url: string, model: string): string {
  return [
    `  export OPENAI_BASE_URL=${url}v1`,
    '',
    '  curl $OPENAI_BASE_URL/chat/completions \\',
    `    -H "authorization: Bearer $OPENAI_API_KEY" -H 'content-type: application/json' \\`,
    `    -d '{"model":"${model}","messages":[{"role":"user","content":"The library opens at nine. When does the library open?"}]}'`,
  ].join('\n');
}
