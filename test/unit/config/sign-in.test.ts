import { describe, expect, it } from 'vitest';
import { allowedHosts } from '../../../lib/config/allowed-hosts.ts';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../../lib/config/schema.ts';

const parse = (input: ConfigurationInput) => parseConfiguration(input, 'test.config.ts');
const people = { issuer: 'https://people.example.com/realm', audience: 'openclaw' };
const isolated = { region: 'eu-west-1', network: { mode: 'isolated' } } as const;

function problems(input: ConfigurationInput): string[] {
  try {
    parse(input);
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('sign-in', () => {
  it('is off unless somebody asks for it', () => {
    expect(parse({}).signIn).toEqual({ issuers: [], cognito: false, cognitoCallbackUrls: [] });
  });

  it('accepts the usual algorithms, and a minute between clocks', () => {
    const [issuer] = parse({ signIn: { issuers: [people] } }).signIn.issuers;
    expect(issuer).toMatchObject({ algorithms: ['RS256', 'ES256'], clockToleranceSeconds: 60 });
  });

  it.each<[string, ConfigurationInput['signIn'], string]>([
    [
      'an address that is not https',
      { issuers: [{ ...people, issuer: 'http://people.example.com' }] },
      'https',
    ],
    [
      'an algorithm with a shared secret',
      { issuers: [{ ...people, algorithms: ['HS256' as 'RS256'] }] },
      'RS256',
    ],
    ['no algorithm at all', { issuers: [{ ...people, algorithms: [] }] }, 'algorithms'],
    ['an issuer twice', { issuers: [people, people] }, 'once'],
    ['clocks that differ by hours', { issuers: [{ ...people, clockToleranceSeconds: 7_200 }] }, '300'],
    [
      'a page to return to without Cognito',
      { cognitoCallbackUrls: ['https://a.example.com'] },
      'cognito: true',
    ],
  ])('refuses %s, and says what to do', (_what, signIn, expected) => {
    expect(problems({ signIn }).join('\n')).toContain(expected);
  });

  it('has no page of Cognito under a name that Cognito keeps for itself', () => {
    const signIn = { cognito: true, cognitoCallbackUrls: ['https://a.example.com'] };
    expect(problems({ name: 'my-aws', signIn }).join('\n')).toContain('name');
    expect(problems({ name: 'my-aws', signIn: { cognito: true } })).toEqual([]);
  });

  it.each(['cn-north-1', 'eusc-de-east-1', 'us-iso-east-1'])('has no Cognito in %s', (region) => {
    expect(problems({ region, signIn: { cognito: true } }).join('\n')).toContain(
      `${region} has no Amazon Cognito`,
    );
    expect(problems({ region, signIn: { issuers: [people] } })).toEqual([]);
  });
});

describe('an isolated network', () => {
  it('reaches where people sign in, and where the keys are', () => {
    const signIn = { issuers: [{ ...people, jwksUri: 'https://keys.example.net/all' }], cognito: true };
    expect(allowedHosts(parse({ ...isolated, signIn }))).toEqual([
      'cognito-idp.eu-west-1.amazonaws.com',
      'keys.example.net',
      'people.example.com',
    ]);
  });

  it('lets only https on its usual port out', () => {
    const issuer = 'https://people.example.com:8443';
    expect(problems({ ...isolated, signIn: { issuers: [{ ...people, issuer }] } }).join('\n')).toContain(
      '443',
    );
  });
});
