import {
  AccountRecovery,
  CfnManagedLoginBranding,
  ClientAttributes,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface PeopleDirectoryProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Where the sign-in page sends people back to. Empty: there is no such page. */
  readonly callbackUrls: readonly string[];
}

/**
 * The people of a deployment who have no directory elsewhere: a user pool of Amazon Cognito, which outlives its stack.
 * Nobody signs up by themselves; an operator adds people by their e-mail address, and each needs a second factor.
 */
export class PeopleDirectory extends UserPool {
  /** What tokens name as their issuer. */
  readonly issuer = this.userPoolProviderUrl;
  /** For whom tokens are issued. */
  readonly clientId: string;
  /** Where the sign-in page is. */
  readonly signInUrl?: string;

  constructor(scope: Construct, id: string, props: PeopleDirectoryProps) {
    super(scope, id, {
      signInAliases: { email: true },
      signInCaseSensitive: false,
      selfSignUpEnabled: false,
      standardAttributes: { email: { required: true, mutable: true } },
      // A changed address counts only once it is checked; until then the former one stays.
      keepOriginal: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const client = addClient(this, props.callbackUrls);
    this.clientId = client.userPoolClientId;
    if (props.callbackUrls.length > 0) this.signInUrl = addSignInPage(this, client, props.deployment);
    acknowledge(
      this,
      'Threat protection needs the plan Plus, billed for each person; a second factor is required of everybody',
      'AwsSolutions-COG8',
    );
  }
}

/** A client without a secret: the programs that people sign in with run on their own machines. */
function addClient(directory: PeopleDirectory, callbackUrls: readonly string[]): UserPoolClient {
  return directory.addClient('Client', {
    generateSecret: false,
    authFlows: { userSrp: true },
    ...(callbackUrls.length > 0
      ? {
          oAuth: {
            flows: { authorizationCodeGrant: true },
            scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
            callbackUrls: [...callbackUrls],
          },
        }
      : { disableOAuth: true }),
    // Who signs in is told apart by the address, so nobody changes their own.
    readAttributes: new ClientAttributes().withStandardAttributes({
      email: true,
      emailVerified: true,
      fullname: true,
    }),
    writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
    idTokenValidity: Duration.hours(1),
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(12),
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
}

/** @returns the address of the page */
function addSignInPage(directory: PeopleDirectory, client: UserPoolClient, deployment: string): string {
  const domain = directory.addDomain('SignInPage', {
    // A prefix is unique among all accounts of a region.
    cognitoDomain: { domainPrefix: `${deployment}-${Aws.ACCOUNT_ID}` },
    managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
  });
  new CfnManagedLoginBranding(directory, 'SignInPageStyle', {
    userPoolId: directory.userPoolId,
    clientId: client.userPoolClientId,
    useCognitoProvidedValues: true,
  });
  return domain.baseUrl();
}
