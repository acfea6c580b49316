import { hostedUrl, type Routes, usedProviders } from './hosted-models.ts';
import { partitionOf } from './partition.ts';
import type { SignInConfiguration } from './sign-in.ts';

/** What is read of a configuration to tell which hosts it reaches. */
export interface Destinations extends Routes {
  readonly region?: string | undefined;
  readonly signIn: SignInConfiguration;
}

/** The hosts that a deployment calls over the internet: hosted models, and where people sign in. */
export function allowedHosts(configuration: Destinations): string[] {
  const { providers, region, signIn } = configuration;
  const models = usedProviders(configuration).flatMap(
    (name) => hostedUrl(providers[name] ?? { kind: '' }) ?? [],
  );
  const issuers = signIn.issuers.flatMap(({ issuer, jwksUri }) => [issuer, ...(jwksUri ? [jwksUri] : [])]);
  // Not over an interface endpoint: a user pool that has a page to sign in on cannot be called through one.
  const cognito =
    signIn.cognito && region !== undefined ? [`cognito-idp.${region}.${partitionOf(region).urlSuffix}`] : [];
  const urls = [...models, ...issuers.map((issuer) => new URL(issuer))];
  return [...new Set([...urls.map(({ hostname }) => hostname), ...cognito])].sort();
}
