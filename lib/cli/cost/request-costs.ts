import type { Template } from '../../local/assembly/template.ts';
import { isJsonObject } from '../../local/json.ts';
import type { CostAssumptions } from './assumptions.ts';
import { prices } from './prices.ts';

/** What a million requests to the API cost at one service. */
export interface RequestCost {
  readonly service: string;
  readonly basis: string;
  readonly usd: number;
}

const MILLION = 1_000_000;
const GB = 1e9;
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
const WRITE_UNIT_BYTES = 1_024;
// Lambda bills memory by powers of two.
const MIB_PER_GB = 1_024;

/**
 * What a million requests cost at the services that a request passes, by what the templates have of them. The price of
 * the models themselves is not in it.
 */
export function requestCosts(templates: readonly Template[], assumed: CostAssumptions): RequestCost[] {
  const types = new Set(
    templates.flatMap(({ Resources = {} }) => Object.values(Resources).map(({ Type }) => Type)),
  );
  const has = (type: string) => types.has(type);
  return [
    ...(has('AWS::WAFv2::WebACL') ? [perMillion('WAF', prices.webAclRequests.usd)] : []),
    ...(has('AWS::ApiGateway::RestApi') ? [perMillion('API Gateway', prices.restRequests.usd)] : []),
    ...templates.flatMap(apiFunctions).flatMap((size) => lambdaCosts(size, assumed)),
    ...(has('AWS::DynamoDB::Table') ? tableCosts(assumed) : []),
    ...(has('AWS::Logs::LogGroup') ? [logCost(assumed)] : []),
    ...(has('AWS::KMS::Key') ? [kmsCost(assumed)] : []),
    ...(has('AWS::SecretsManager::Secret') ? [secretCost(assumed)] : []),
    ...networkCosts(has, assumed),
  ];
}

interface FunctionSize {
  readonly name: string;
  readonly memoryMib: number;
  readonly isArm: boolean;
}

/** The functions that API Gateway may call, directly or by an alias. */
function apiFunctions({ Resources = {} }: Template): FunctionSize[] {
  const called = new Set<string>();
  for (const { Type, Properties = {} } of Object.values(Resources)) {
    if (Type !== 'AWS::Lambda::Permission' || Properties.Principal !== 'apigateway.amazonaws.com') continue;
    for (const id of references(Properties.FunctionName, Resources)) called.add(id);
  }
  // A permission may name an alias, and an alias its function.
  for (const id of [...called]) {
    const resource = Resources[id];
    if (resource?.Type !== 'AWS::Lambda::Alias') continue;
    for (const target of references(resource.Properties?.FunctionName, Resources)) called.add(target);
  }
  return [...called].flatMap((id) => {
    const { Type, Properties = {} } = Resources[id] ?? { Type: '' };
    if (Type !== 'AWS::Lambda::Function') return [];
    const { MemorySize, Architectures } = Properties;
    return {
      name: id,
      memoryMib: typeof MemorySize === 'number' ? MemorySize : 128,
      isArm: Array.isArray(Architectures) && Architectures.includes('arm64'),
    };
  });
}

/** The resources that a value refers to. */
function references(value: unknown, resources: object): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => references(item, resources));
  if (typeof value === 'string') return value in resources ? [value] : [];
  if (!isJsonObject(value as never)) return [];
  return Object.values(value as object).flatMap((item) => references(item, resources));
}

function perMillion(service: string, usd: number): RequestCost {
  return { service, basis: '1 request', usd };
}

function lambdaCosts({ memoryMib, isArm }: FunctionSize, { billedMs }: CostAssumptions): RequestCost[] {
  const gbSeconds = (memoryMib / MIB_PER_GB) * (billedMs / 1_000);
  const price = isArm ? prices.functionArm : prices.functionX86;
  return [
    perMillion('Lambda, requests', prices.functionRequests.usd),
    {
      service: 'Lambda, time',
      basis: `${memoryMib} MiB × ${billedMs} ms, most of it waiting for the model`,
      usd: MILLION * gbSeconds * price.usd,
    },
  ];
}

function tableCosts(assumed: CostAssumptions): RequestCost[] {
  const { recordsPerRequest, recordBytes, recordMonths, limitWritesPerRequest, keyReadsPerRequest } = assumed;
  const unitsPerRecord = Math.ceil(recordBytes / WRITE_UNIT_BYTES);
  const writes = recordsPerRequest * unitsPerRecord + limitWritesPerRequest;
  const gb = (MILLION * recordsPerRequest * recordBytes) / GB;
  return [
    {
      service: 'DynamoDB, writes',
      basis: `${recordsPerRequest} records of ${recordBytes} B, ${limitWritesPerRequest} of rate limits`,
      usd: writes * prices.tableWrites.usd,
    },
    {
      service: 'DynamoDB, reads',
      basis: `${keyReadsPerRequest} of API keys`,
      usd: keyReadsPerRequest * prices.tableReads.usd,
    },
    {
      service: 'DynamoDB, storage',
      basis: `${gb} GB with recovery, for the ${recordMonths} months that records stay`,
      usd: gb * recordMonths * (prices.tableStorage.usd + prices.tableRecovery.usd),
    },
  ];
}

function logCost({ logBytes }: CostAssumptions): RequestCost {
  const gb = (MILLION * logBytes) / GB;
  return {
    service: 'CloudWatch Logs',
    basis: `${logBytes} B, kept for a month`,
    usd: gb * (prices.logIngestion.usd + prices.logStorage.usd),
  };
}

function kmsCost({ kmsRequestsPerRequest }: CostAssumptions): RequestCost {
  return {
    service: 'KMS',
    basis: `${kmsRequestsPerRequest} requests`,
    usd: ((MILLION * kmsRequestsPerRequest) / 10_000) * prices.kmsRequests.usd,
  };
}

function secretCost({ secretCallsPerRequest }: CostAssumptions): RequestCost {
  return {
    service: 'Secrets Manager',
    basis: `${secretCallsPerRequest} calls`,
    usd: ((MILLION * secretCallsPerRequest) / 10_000) * prices.secretCalls.usd,
  };
}

function networkCosts(has: (type: string) => boolean, assumed: CostAssumptions): RequestCost[] {
  const { requestBytes, responseBytes } = assumed;
  const both = (MILLION * (requestBytes + responseBytes)) / GB;
  const through = (type: string, service: string, usdPerGb: number): RequestCost[] =>
    has(type)
      ? [{ service, basis: `${requestBytes} B to the model, ${responseBytes} B back`, usd: both * usdPerGb }]
      : [];
  return [
    {
      service: 'Data to the internet',
      basis: `${responseBytes} B of answer`,
      usd: ((MILLION * responseBytes) / GB) * prices.dataOut.usd,
    },
    ...through('AWS::EC2::NatGateway', 'NAT gateway, data', prices.natGatewayData.usd),
    ...through('AWS::EC2::VPCEndpoint', 'VPC endpoints, data', prices.interfaceEndpointData.usd),
    ...through('AWS::NetworkFirewall::Firewall', 'Network Firewall, data', prices.networkFirewallData.usd),
  ];
}
