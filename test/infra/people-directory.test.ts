import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

const withPage = synthesize({
  region: 'eu-west-1',
  signIn: { cognito: true, cognitoCallbackUrls: ['https://tools.example.com/signed-in'] },
});

describe('the user pool of Cognito', () => {
  const data = withPage.template('OpenClaw-Data');

  it('is kept, and nobody enters by themselves or without a second factor', () => {
    data.hasResource('AWS::Cognito::UserPool', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: 'ACTIVE',
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        UsernameAttributes: ['email'],
      },
    });
  });

  it('has a client without a secret, which sends no password over the wire and lets nobody change their address', () => {
    data.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlows: ['code'],
      CallbackURLs: ['https://tools.example.com/signed-in'],
      WriteAttributes: ['name'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
  });

  it('is the issuer whose tokens the API accepts', () => {
    withPage.template('OpenClaw-Api').hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({ SIGN_IN_ISSUER: Match.anyValue(), SIGN_IN_AUDIENCE: Match.anyValue() }),
      },
    });
    for (const name of ['SignInIssuer', 'SignInClientId', 'SignInUrl']) data.hasOutput(name, {});
  });

  it('has no page without an address to return to', () => {
    const bare = synthesize({ signIn: { cognito: true } }).template('OpenClaw-Data');
    bare.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
    bare.hasResourceProperties('AWS::Cognito::UserPoolClient', { AllowedOAuthFlows: Match.absent() });
  });

  it('is not there unless somebody asks for it', () => {
    const smallest = synthesize({});
    smallest.template('OpenClaw-Data').resourceCountIs('AWS::Cognito::UserPool', 0);
    expect(JSON.stringify(smallest.template('OpenClaw-Api').toJSON())).not.toContain('SIGN_IN_ISSUER');
  });
});
