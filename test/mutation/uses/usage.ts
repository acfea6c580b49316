import type { Use } from './deployment-in-use.ts';

/** Usage and records of each tenant, by who administers it; both have what its users have done before. */
export const useUsage: Use = async ({ runtime, tenants, clientOf }) => {
  const { apiKey } = await clientOf('platform', ['admin']);
  for (const tenantId of tenants) {
    const read = async (path: string) => {
      const headers = { authorization: `Bearer ${apiKey}`, 'openai-organization': tenantId };
      const answer = await fetch(`${runtime.url}/v1${path}`, { headers });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text}`);
      return JSON.parse(text) as { readonly data: readonly { readonly results?: readonly unknown[] }[] };
    };
    const usage = await read(
      `/organization/usage/completions?start_time=${Math.floor(Date.now() / 1_000) - 3_600}`,
    );
    if (!usage.data.some(({ results = [] }) => results.length > 0))
      throw new Error(`${tenantId}: no usage is told`);
    const { data } = await read('/openclaw/requests');
    if (data.length === 0) throw new Error(`${tenantId}: no request is recorded`);
  }
};
