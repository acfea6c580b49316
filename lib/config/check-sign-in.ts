import type { NetworkConfiguration } from './network.ts';
import type { Problem } from './problem.ts';
import type { SignInConfiguration } from './sign-in.ts';

/** What is read of a configuration to tell whether people can sign in. */
export interface SignInSurroundings {
  readonly name: string;
  readonly network: NetworkConfiguration;
  readonly signIn: SignInConfiguration;
}

/** Cognito keeps these words for itself: no domain of a user pool has one in its name. */
const reserved = /aws|amazon|cognito/;

/** Finds what keeps people from signing in. */
export function findSignInProblems({ name, network, signIn }: SignInSurroundings): Problem[] {
  const { cognito, cognitoCallbackUrls, issuers } = signIn;
  const problems: Problem[] = [];
  if (cognitoCallbackUrls.length > 0 && !cognito) {
    problems.push({
      path: ['signIn', 'cognitoCallbackUrls'],
      message: 'these are for the sign-in page of Cognito; set cognito: true, or leave them out',
    });
  }
  if (cognito && cognitoCallbackUrls.length > 0 && reserved.test(name)) {
    problems.push({
      path: ['name'],
      message: 'no sign-in page of Cognito may have "aws", "amazon" or "cognito" in its name; choose another',
    });
  }
  if (network.mode !== 'isolated') return problems;
  for (const [index, { issuer, jwksUri }] of issuers.entries()) {
    for (const [key, address] of Object.entries({ issuer, ...(jwksUri !== undefined && { jwksUri }) })) {
      const { protocol, port } = new URL(address);
      if (protocol === 'https:' && port === '') continue;
      problems.push({
        path: ['signIn', 'issuers', index, key],
        message: 'out of an isolated network only https on port 443 is let, whose certificate names the host',
      });
    }
  }
  return problems;
}
