import OpenAI from 'openai';
import type { Use } from './deployment-in-use.ts';

/**
 * A tenant of each tier is made, with a project and a key that is rotated, revoked and forgotten, a setting that is made
 * and removed, and closed again.
 */
export const useAdministration: Use = async ({ runtime, tenants, clientOf }) => {
  const { apiKey } = await clientOf('platform', ['admin']);
  for (const [index, tenantId] of tenants.entries()) {
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${runtime.url}/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...(path.startsWith('/openclaw/tenants') ? {} : { 'openai-organization': tenantId }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    };
    await call('POST', '/openclaw/tenants', { id: tenantId, name: `Tenant ${index}` });
    const { id: projectId } = await call('POST', '/organization/projects', { name: 'Search' });
    const { id: keyId, value } = await call('POST', `/openclaw/projects/${projectId}/api_keys`, {
      name: 'key',
    });
    const { value: rotated } = await call('POST', `/openclaw/api_keys/${keyId}/rotate`, {});
    for (const key of [value, rotated]) {
      await new OpenAI({ baseURL: `${runtime.url}/v1`, apiKey: String(key), maxRetries: 0 }).models.list();
    }
    await call('DELETE', `/organization/projects/${projectId}/api_keys/${keyId}`);
    await call('POST', `/organization/projects/${projectId}/archive`);
    await call('GET', '/organization/projects');
  }
};
