import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { synthesize } from './synthesize.ts';

type Domain = NonNullable<ConfigurationInput['domain']>;

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0123';

function apiWith(domain: Partial<Domain> = {}) {
  return synthesize({
    account: '111122223333',
    region: 'eu-west-1',
    domain: { name: 'ai.example.com', certificateArn, ...domain },
  }).template('OpenClaw-Api');
}

describe('a domain', () => {
  const template = apiWith();

  it('is regional and refuses TLS below 1.2', () => {
    template.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: 'ai.example.com',
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: Match.stringLikeRegexp('TLS13_1_2'),
      MutualTlsAuthentication: Match.absent(),
    });
  });

  it('leads to the stage, and the name that AWS gives is switched off', () => {
    template.resourceCountIs('AWS::ApiGateway::BasePathMapping', 1);
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
    synthesize()
      .template('OpenClaw-Api')
      .hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: Match.absent() });
  });

  it('puts out its URL and the name that it must lead to', () => {
    template.hasOutput('Url', { Value: 'https://ai.example.com/' });
    template.hasOutput('DomainTarget', { Value: { 'Fn::GetAtt': [Match.anyValue(), 'RegionalDomainName'] } });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  it('is entered in the hosted zone that is named', () => {
    apiWith({ hostedZone: { id: 'Z0123', name: 'example.com' } }).hasResourceProperties(
      'AWS::Route53::RecordSet',
      { Name: 'ai.example.com.', HostedZoneId: 'Z0123', Type: 'A' },
    );
  });

  it('asks clients for a certificate of the truststore', () => {
    const mutualTls = { truststoreUri: 's3://trust/clients/ca.pem', truststoreVersion: 'v1' };
    apiWith({ mutualTls }).hasResourceProperties('AWS::ApiGateway::DomainName', {
      MutualTlsAuthentication: mutualTlsOf('s3://trust/clients/ca.pem', 'v1'),
      SecurityPolicy: 'TLS_1_2',
    });
  });

  it('is refused with a certificate of another region', () => {
    expect(() => apiWith({ certificateArn: certificateArn.replace('eu-west-1', 'us-east-1') })).toThrow(
      'domain.certificateArn: the certificate is in us-east-1; a regional API needs one in eu-west-1',
    );
  });
});

function mutualTlsOf(TruststoreUri: string, TruststoreVersion: string) {
  return { TruststoreUri, TruststoreVersion };
}
