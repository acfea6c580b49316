import { runClosedLoop } from '../../load/closed-loop.ts';
import { HttpClient } from '../../load/http-client.ts';
import type { Address } from '../systems/system.ts';
import { requestBody } from './request-body.ts';

/** Opening connections is no part of a measurement; each takes one request or more beforehand. */
const warmUpSeconds = 0.3;

export interface WarmClient {
  readonly client: HttpClient;
  /** Requests that the warm-up sent. */
  readonly requests: number;
}

/** A client whose connections stand. */
export async function warmClient(
  address: Address,
  options: { readonly stream: boolean; readonly connections: number },
): Promise<WarmClient> {
  const client = new HttpClient(address, requestBody(address.model, options.stream), options.connections);
  const { answered, failures } = await runClosedLoop(client, {
    callers: options.connections,
    seconds: warmUpSeconds,
  });
  if (failures.count > 0) throw new Error(`${address.origin}${address.path}: ${failures.reasons.join('; ')}`);
  return { client, requests: answered };
}
