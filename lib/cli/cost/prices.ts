/** A list price of AWS. */
export interface Price {
  readonly usd: number;
  /** What the price is for. */
  readonly unit: string;
  /** The page of AWS that lists it. */
  readonly source: string;
}

/** The region of all prices. Others are up to a third dearer. */
export const PRICES_REGION = 'us-east-1';
/** When the prices were last compared with the pages, by what these and public quotes of them say. */
export const PRICES_DATE = '2026-11';
/** A month as AWS counts it. */
export const HOURS_PER_MONTH = 730;

const pages = {
  apiGateway: 'https://aws.amazon.com/api-gateway/pricing/',
  cloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  dynamodb: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ec2: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  kms: 'https://aws.amazon.com/kms/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  networkFirewall: 'https://aws.amazon.com/network-firewall/pricing/',
  privateLink: 'https://aws.amazon.com/privatelink/pricing/',
  route53: 'https://aws.amazon.com/route53/pricing/',
  secretsManager: 'https://aws.amazon.com/secrets-manager/pricing/',
  sqs: 'https://aws.amazon.com/sqs/pricing/',
  vpc: 'https://aws.amazon.com/vpc/pricing/',
  waf: 'https://aws.amazon.com/waf/pricing/',
} as const;

/** On demand, the first tier, without what is free for new accounts or below some amount. */
export const prices = {
  kmsKey: { usd: 1, unit: 'key and month', source: pages.kms },
  kmsRequests: { usd: 0.03, unit: '10,000 requests', source: pages.kms },
  secret: { usd: 0.4, unit: 'secret and month', source: pages.secretsManager },
  secretCalls: { usd: 0.05, unit: '10,000 calls', source: pages.secretsManager },
  tableWrites: { usd: 0.625, unit: 'million write units', source: pages.dynamodb },
  tableReads: { usd: 0.125, unit: 'million read units', source: pages.dynamodb },
  tableStorage: { usd: 0.25, unit: 'GB and month', source: pages.dynamodb },
  tableRecovery: { usd: 0.2, unit: 'GB and month', source: pages.dynamodb },
  functionRequests: { usd: 0.2, unit: 'million requests', source: pages.lambda },
  functionArm: { usd: 0.0000133334, unit: 'GB-second on arm64', source: pages.lambda },
  functionX86: { usd: 0.0000166667, unit: 'GB-second on x86', source: pages.lambda },
  queueRequests: { usd: 0.4, unit: 'million requests to a standard queue', source: pages.sqs },
  restRequests: { usd: 3.5, unit: 'million requests', source: pages.apiGateway },
  logIngestion: { usd: 0.5, unit: 'GB', source: pages.cloudWatch },
  logStorage: { usd: 0.03, unit: 'GB and month', source: pages.cloudWatch },
  alarmMetric: { usd: 0.1, unit: 'metric of an alarm and month', source: pages.cloudWatch },
  fastAlarmMetric: {
    usd: 0.3,
    unit: 'metric of an alarm under a minute and month',
    source: pages.cloudWatch,
  },
  compositeAlarm: { usd: 0.5, unit: 'composite alarm and month', source: pages.cloudWatch },
  dashboard: { usd: 3, unit: 'dashboard and month', source: pages.cloudWatch },
  webAcl: { usd: 5, unit: 'web ACL and month', source: pages.waf },
  webAclRule: { usd: 1, unit: 'rule and month', source: pages.waf },
  webAclRequests: { usd: 0.6, unit: 'million requests', source: pages.waf },
  interfaceEndpoint: { usd: 0.01, unit: 'hour and zone', source: pages.privateLink },
  interfaceEndpointData: { usd: 0.01, unit: 'GB', source: pages.privateLink },
  natGateway: { usd: 0.045, unit: 'hour', source: pages.vpc },
  natGatewayData: { usd: 0.045, unit: 'GB', source: pages.vpc },
  publicAddress: { usd: 0.005, unit: 'hour', source: pages.vpc },
  networkFirewall: { usd: 0.395, unit: 'hour and zone', source: pages.networkFirewall },
  networkFirewallData: { usd: 0.065, unit: 'GB', source: pages.networkFirewall },
  hostedZone: { usd: 0.5, unit: 'zone and month', source: pages.route53 },
  dataOut: { usd: 0.09, unit: 'GB to the internet', source: pages.ec2 },
} as const satisfies Record<string, Price>;
