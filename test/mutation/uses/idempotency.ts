import type { Use } from './deployment-in-use.ts';

/**
 * Requests with an idempotency key, of tenants that share a KMS key and of those that have one of their own: the second
 * gets the first one's answer, which was kept encrypted; one that fails frees its key.
 */
export const useIdempotency: Use = async ({ models: [model = ''], tenants, clientOf }) => {
  for (const tenantId of tenants) {
    const openai = await clientOf(tenantId);
    const ask = async (wanted: string) => {
      const { data } = await openai.chat.completions
        .create(
          { model: wanted, messages: [{ role: 'user', content: 'Say hello. What do you say?' }] },
          { headers: { 'idempotency-key': `${tenantId}-${wanted}` } },
        )
        .withResponse();
      return data.id;
    };
    const first = await ask(model);
    if ((await ask(model)) !== first) throw new Error(`${tenantId}: the key did not give the first answer`);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const failed = await ask('no-such-model').then(
        () => false,
        () => true,
      );
      if (!failed) throw new Error('a model that is not there answered');
    }
  }
};
