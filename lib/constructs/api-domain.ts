import {
  DomainName,
  EndpointAccessMode,
  EndpointType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DomainConfiguration } from '../config/domain.ts';

export interface ApiDomainProps {
  readonly domain: DomainConfiguration;
  readonly api: RestApi;
}

/** A host name for an API, over TLS 1.2 or later, to which clients may have to show a certificate. */
export class ApiDomain extends Construct {
  /** Where the API is reached; ends in a slash. */
  readonly url: string;
  /** What the host name must lead to, by a CNAME record, where Route 53 does not have it. */
  readonly target: string;

  constructor(scope: Construct, id: string, { domain, api }: ApiDomainProps) {
    super(scope, id);
    const name = new DomainName(this, 'Name', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      endpointType: EndpointType.REGIONAL,
      // API Gateway asks for a client's certificate only under the older policy.
      ...(domain.mutualTls === undefined
        ? {
            securityPolicy: SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09,
            endpointAccessMode: EndpointAccessMode.BASIC,
          }
        : { securityPolicy: SecurityPolicy.TLS_1_2, mtls: this.truststore(domain.mutualTls) }),
    });
    name.addBasePathMapping(api, { stage: api.deploymentStage });
    if (domain.hostedZone !== undefined) {
      const { id: hostedZoneId, name: zoneName } = domain.hostedZone;
      new ARecord(this, 'Record', {
        zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName }),
        // With the dot it is taken as it is, and not put before the zone's name.
        recordName: `${domain.name}.`,
        target: RecordTarget.fromAlias(new ApiGatewayDomain(name)),
      });
    }
    this.url = `https://${domain.name}/`;
    this.target = name.domainNameAliasDomainName;
  }

  private truststore({ truststoreUri, truststoreVersion }: NonNullable<DomainConfiguration['mutualTls']>) {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(truststoreUri) ?? [];
    return {
      bucket: Bucket.fromBucketName(this, 'Truststore', bucket),
      key,
      ...(truststoreVersion !== undefined && { version: truststoreVersion }),
    };
  }
}
