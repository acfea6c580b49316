import type { Use } from './deployment-in-use.ts';

/** A tenant is limited and given a budget, calls every model within them, and its administrator looks how it stands. */
export const useLimitsAndBudgets: Use = async ({ runtime, clientOf, models }) => {
  const tenantId = 'thrifty';
  const { apiKey } = await clientOf(tenantId, ['admin']);
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${runtime.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as { readonly id: string };
  };
  const limit = await call('POST', '/openclaw/limits', { level: 'tenant', requests_per_minute: 10_000 });
  const budget = await call('POST', '/openclaw/budgets', {
    level: 'tenant',
    amount_microusd: 1_000_000_000,
    period: 'month',
    mode: 'soft',
  });
  const cap = await call('POST', '/openclaw/usage-caps', {
    metric: 'stored_bytes',
    level: 'tenant',
    limit: 1_000_000_000,
  });
  const client = await clientOf(tenantId, ['model:invoke']);
  for (const model of models) {
    await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Hello. Is it so?' }],
    });
  }
  await call('GET', `/openclaw/limits/${limit.id}`);
  await call('POST', `/openclaw/budgets/${budget.id}`, { amount_microusd: 2_000_000_000 });
  await call('GET', `/openclaw/budgets/${budget.id}`);
  await call('POST', `/openclaw/usage-caps/${cap.id}`, { limit: 2_000_000_000 });
  await call('GET', `/openclaw/usage-caps/${cap.id}`);
  await call('GET', '/openclaw/requests');
};
