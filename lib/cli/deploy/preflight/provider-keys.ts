import { providerKeyNames } from '../../../config/provider-key-names.ts';
import { SecretStore } from '../../../storage/secret-store.ts';
import { operatorLocation } from '../aws/operator-location.ts';
import { readStack } from '../aws/stacks.ts';
import { type Check, ok, warning } from './check.ts';

/** The keys that the configuration names have to be put into the deployment's secret by its operator. */
export const providerKeys: Check = {
  title: "providers' keys",
  needs: ['cloudformation:DescribeStacks', 'secretsmanager:GetSecretValue', 'kms:Decrypt'],
  run: async ({ plan, region, signal }) => {
    const wanted = providerKeyNames(plan.configuration);
    if (wanted.length === 0) return [];
    const stacks = await Promise.all(plan.stacks.map(({ name }) => readStack({ region }, name, { signal })));
    const arn = stacks
      .map((stack) => stack?.outputs.ProviderKeysSecretArn)
      .find((each) => each !== undefined);
    if (arn === undefined) return [ok('not deployed yet')];
    const text = await new SecretStore(await operatorLocation(region)).read(arn);
    const present = namesIn(text);
    const missing = [...new Set(wanted)].filter((name) => !present.includes(name));
    if (missing.length === 0) return [ok(`all ${present.length} are stored`)];
    return [
      warning(
        `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not stored`,
        `put them, as a JSON object from names to keys, into the secret ${arn}`,
      ),
    ];
  },
};

function namesIn(secret: string): string[] {
  try {
    const value: unknown = JSON.parse(secret);
    return typeof value === 'object' && value !== null
      ? Object.keys(value).filter((key) => /^[A-Z]/.test(key))
      : [];
  } catch {
    // What it holds instead must not be shown.
    return [];
  }
}
