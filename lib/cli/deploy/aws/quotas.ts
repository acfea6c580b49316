import {
  GetServiceQuotaCommand,
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** The account's value of one quota; undefined where the service gives none. */
export async function readQuota(
  location: Location,
  service: string,
  code: string,
  options: CallOptions,
): Promise<number | undefined> {
  const client = new ServiceQuotasClient(clientOptions(location));
  try {
    const { Quota: quota } = await client.send(
      new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
      sendOptions(options),
    );
    return quota?.Value;
  } finally {
    client.destroy();
  }
}

/**
 * The account's values of quotas of a service, by their names. The list of an account leaves out those that it has never
 * had changed or used, so AWS's defaults stand in for these.
 */
export async function readQuotasByName(
  location: Location,
  service: string,
  names: readonly string[],
  options: CallOptions,
): Promise<Map<string, number>> {
  const client = new ServiceQuotasClient(clientOptions(location));
  const values = new Map<string, number>();
  try {
    const input = { ServiceCode: service };
    for (const list of [paginateListServiceQuotas, paginateListAWSDefaultServiceQuotas]) {
      for await (const { Quotas: quotas = [] } of list(
        { client, pageSize: 100 },
        input,
        sendOptions(options),
      )) {
        for (const { QuotaName: name = '', Value: value } of quotas) {
          if (names.includes(name) && value !== undefined && !values.has(name)) values.set(name, value);
        }
      }
      if (names.every((name) => values.has(name))) break;
    }
    return values;
  } finally {
    client.destroy();
  }
}
