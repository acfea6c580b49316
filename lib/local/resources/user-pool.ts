import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::Cognito::UserPool. There is no Cognito here: tokens of another issuer, which the configuration names, are accepted. */
export function createUserPool({ physicalName, region, arn, warn }: ResourceRequest): CreatedResource {
  const name = physicalName({ maxLength: 55 });
  const ref = `${region}_${name}`;
  const host = `cognito-idp.${region}.amazonaws.com`;
  warn(
    'nobody signs in with Cognito on one machine; signIn.issuers can name an OpenID Connect service of your own',
  );
  return {
    ref,
    attributes: {
      Arn: arn('cognito-idp', `userpool/${ref}`),
      ProviderName: `${host}/${ref}`,
      ProviderURL: `https://${host}/${ref}`,
      UserPoolId: ref,
    },
  };
}
