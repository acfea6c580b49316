import OpenAI from 'openai';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import type { AdminServices } from '../../../../lib/gateway/admin/admin-services.ts';
import { adminRoutes } from '../../../../lib/gateway/admin/routes.ts';
import { AccessPolicies, modelFacts } from '../../../../lib/policy/access/index.ts';
import {
  Authenticator,
  createApiKey,
  type Role,
  type Scope,
  SettingsCache,
} from '../../../../lib/tenancy/index.ts';
import { MemoryApiKeys } from '../../../support/memory-api-keys.ts';
import { MemoryDocuments } from '../../../support/memory-documents.ts';
import { testGateway } from './test-gateway.ts';

export interface TestKey {
  readonly tenantId?: string;
  readonly projectId?: string;
  readonly role?: Role;
  readonly scopes?: readonly Scope[];
  readonly userId?: string;
}

const answered = new Error('a model was called');

/** The real gateway with all its routes of administration, over stores in memory, for OpenAI's own client. */
export function testPlatform(more: Partial<AdminServices> = {}) {
  const documents = new MemoryDocuments();
  const apiKeys = new MemoryApiKeys();
  const pepper = async () => 'pepper';
  const configuration = configurationSchema.parse({ environment: 'test', tenants: { silos: ['walled'] } });
  const settings = new SettingsCache({ store: documents, cacheMs: 60_000 });
  const authenticator = new Authenticator({
    store: apiKeys,
    pepper,
    environment: configuration.environment,
    cacheMs: 60_000,
  });
  const services = {
    configuration,
    documents,
    apiKeys,
    authenticator,
    pepper,
    settings,
    modelFacts: modelFacts(configuration, 'eu-central-1'),
    jobs: () => Promise.reject(new Error('not expected')),
    ...more,
  } as unknown as AdminServices;
  const gateway = testGateway({
    route: () => Promise.reject(answered),
    requestsPerMinute: 100_000,
    adminRoutes: adminRoutes(services),
    services: {
      access: { policies: new AccessPolicies(), modelFacts: services.modelFacts },
      authenticator,
      settings,
      models: configuration.models,
    },
  });

  const fetchFrom = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return gateway.call(pathname + search, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof init.body === 'string' ? { body: JSON.parse(init.body) as unknown } : {}),
    });
  };
  const clientOf = (key: string, organization?: string) =>
    new OpenAI({
      baseURL: 'http://openclaw.test/v1',
      apiKey: key,
      adminAPIKey: key,
      organization: organization ?? null,
      maxRetries: 0,
      fetch: fetchFrom,
    });

  return {
    documents,
    apiKeys,
    clientOf,
    /** A key as the operator makes one. */
    key: async ({
      tenantId = 'acme',
      projectId = '',
      role = 'tenant-admin',
      scopes,
      userId,
    }: TestKey = {}) => {
      const created = await createApiKey(apiKeys, {
        environment: configuration.environment,
        pepper: await pepper(),
        tenantId,
        projectId,
        role,
        name: `${role} of ${tenantId}`,
        scopes: scopes ?? ['admin'],
        ...(userId === undefined ? {} : { userId }),
      });
      return { id: created.record.keyId, key: created.plaintext };
    },
    /** Calls a route and gives the status and the JSON of the answer. */
    call: async (
      key: string,
      method: 'GET' | 'POST' | 'DELETE',
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const response = await gateway.call(`/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return {
        status: response.status,
        headers: response.headers,
        // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer, it asserts.
        body: (await response.json()) as any,
      };
    },
  };
}

export type TestPlatform = ReturnType<typeof testPlatform>;
