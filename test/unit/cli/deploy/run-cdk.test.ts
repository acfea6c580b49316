import { describe, expect, it } from 'vitest';
import { credentialsAsChecked } from '../../../../lib/cli/deploy/run-cdk.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('the credentials that the CDK gets', () => {
  it('are those of the profile, also where there are keys in the environment', () => {
    const { profile, environment } = credentialsAsChecked({ ...keys, AWS_PROFILE: 'production' });
    expect(profile).toEqual(['--profile', 'production']);
    // A profile may refer to them: `credential_source = Environment`.
    expect(environment).toMatchObject(keys);
  });

  it('are found by no variable that the SDK does not know', () => {
    const { profile, environment } = credentialsAsChecked({
      ...keys,
      AWS_DEFAULT_PROFILE: 'other',
      AMAZON_ACCESS_KEY_ID: 'AKIAOTHER',
      AMAZON_SECRET_ACCESS_KEY: 'other',
      AMAZON_SESSION_TOKEN: 'other',
    });
    expect(profile).toEqual([]);
    expect(environment).toEqual(keys);
  });
});
