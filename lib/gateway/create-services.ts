import type { FunctionEnvironment } from '../config/environment.ts';
import type { Configuration } from '../config/schema.ts';
import type { IssuerConfiguration } from '../config/sign-in.ts';
import { boundCost, countCall, createProvider, createRouter, priceCall } from '../models/index.ts';
import { AccessPolicies, modelFacts } from '../policy/access/index.ts';
import { Budgets, createGuardrail, Guardrails, RateLimits, UsageCaps } from '../policy/index.ts';
import { ApiKeyStore } from '../storage/api-key-store.ts';
import { CachedReplyStore } from '../storage/cached-reply-store.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { LedgerStore } from '../storage/ledger-store.ts';
import { RateLimitStore } from '../storage/rate-limit-store.ts';
import { ReplyStore } from '../storage/reply-store.ts';
import { RequestSlotStore } from '../storage/request-slot-store.ts';
import { RequestStore } from '../storage/request-store.ts';
import { SecretStore } from '../storage/secret-store.ts';
import { openTenantStorage } from '../storage/tenant-storage.ts';
import { UsageClaimStore } from '../storage/usage-claim-store.ts';
import { WorkingTenants } from '../storage/working-tenants.ts';
import { Authenticator, SettingsCache } from '../tenancy/index.ts';
import type { JobEnvironment } from './create-jobs.ts';
import { guardrailServices } from './guardrail-services.ts';
import { readProviderKeys } from './provider-keys.ts';
import { modelVersions } from './response-cache/model-versions.ts';
import { ResponseCache } from './response-cache/response-cache.ts';
import type { GatewayServices } from './services.ts';
import { Records } from './steps/records.ts';

/**
 * What a function with the gateway in it finds in its environment. One secret is there where some provider takes a key,
 * the other where callers are authenticated.
 */
export type ServiceEnvironment = Pick<
  FunctionEnvironment,
  | 'API_KEYS_TABLE'
  | 'REQUESTS_TABLE'
  | 'RATE_LIMITS_TABLE'
  | 'TENANCY_TABLE'
  | 'LEDGER_TABLE'
  | 'REPLIES_TABLE'
  | 'TENANT_ROLE'
  | 'DATA_KEY'
  | 'OBJECTS_BUCKET'
> &
  JobEnvironment &
  Partial<
    Pick<
      FunctionEnvironment,
      'API_KEY_PEPPER_SECRET' | 'PROVIDER_KEYS_SECRET' | 'SIGN_IN_ISSUER' | 'SIGN_IN_AUDIENCE'
    >
  >;

/** Makes the services from what a function is given: its environment and the deployment's configuration. */
export function createServices(
  environment: ServiceEnvironment,
  configuration: Configuration,
): GatewayServices {
  const secrets = new SecretStore();
  const tenants = openTenantStorage(environment, configuration);
  const { clientFor, cipher } = tenants;
  const providers = once((name) => createProvider(name, configuration));
  const keysSecret = () => {
    if (environment.PROVIDER_KEYS_SECRET) return environment.PROVIDER_KEYS_SECRET;
    throw new Error('the environment variable PROVIDER_KEYS_SECRET is missing');
  };
  const keys = (name: string) => readProviderKeys(name, configuration, () => secrets.read(keysSecret()));
  const freshKeys = (name: string) =>
    readProviderKeys(name, configuration, () => secrets.refresh(keysSecret()));
  const prepared = new Set<string>();
  const documents = new DocumentStore(environment.TENANCY_TABLE, clientFor);
  const settings = new SettingsCache({ store: documents, cacheMs: configuration.apiKeyCacheMs });
  const apiKeys = new ApiKeyStore({ tableName: environment.API_KEYS_TABLE });
  const pepper = () => {
    if (environment.API_KEY_PEPPER_SECRET) return secrets.read(environment.API_KEY_PEPPER_SECRET);
    throw new Error('the environment variable API_KEY_PEPPER_SECRET is missing');
  };
  const workingTenants = new WorkingTenants(environment.JOBS_TABLE, clientFor);
  const ledger = new LedgerStore(environment.LEDGER_TABLE, clientFor);
  const usageCaps = new UsageCaps({
    store: ledger,
    claims: new UsageClaimStore(environment.LEDGER_TABLE, clientFor),
    noteTenant: (tenantId) => workingTenants.note(tenantId),
  });
  const jobs = once(async () => {
    const { createJobs } = await import('./create-jobs.ts');
    return createJobs({
      environment,
      deployment: configuration,
      storage: tenants,
      documents,
      settings,
      workingTenants,
      caps: usageCaps,
    });
  });
  const authenticator = new Authenticator({
    store: apiKeys,
    pepper,
    environment: configuration.environment,
    cacheMs: configuration.apiKeyCacheMs,
  });
  const rateLimits = new RateLimits({
    store: new RateLimitStore(environment.RATE_LIMITS_TABLE, clientFor),
    slots: new RequestSlotStore(environment.RATE_LIMITS_TABLE, clientFor),
    defaults: configuration.limits,
  });
  const issuers = issuersOf(configuration, environment);
  const signIn = once(async () => {
    const { SignIn } = await import('../tenancy/sign-in/sign-in.ts');
    return new SignIn({ issuers, documents, cacheMs: configuration.apiKeyCacheMs });
  });
  const access = {
    policies: new AccessPolicies(),
    modelFacts: modelFacts(configuration, configuration.region ?? process.env.AWS_REGION),
  };
  const askOthers = guardrailServices(configuration, keys);
  const guardrails = new Guardrails((setting) => createGuardrail(setting, askOthers));
  const records = new Records(new RequestStore(environment.REQUESTS_TABLE, clientFor));
  return {
    models: configuration.models,
    limits: configuration.limits,
    pingIntervalMs: configuration.pingIntervalMs,
    authenticator,
    ...(issuers.length > 0 && { signIn: () => signIn('') }),
    settings,
    adminRoutes: async () => {
      const { adminRoutes } = await import('./admin/routes.ts');
      return adminRoutes({
        configuration,
        documents,
        apiKeys,
        authenticator,
        pepper,
        settings,
        rateLimits,
        modelFacts: access.modelFacts,
        ledger,
        usageCaps,
        guardrails,
        guardrailServices: askOthers,
        records,
        jobs: () => jobs(''),
        requestsTable: environment.REQUESTS_TABLE,
        clientFor,
      });
    },
    access,
    jobs: () => jobs(''),
    rateLimits,
    guardrails,
    budgets: new Budgets({
      store: ledger,
      noteTenant: (tenantId) => workingTenants.note(tenantId),
      emit: async (event) => {
        const { tellTenant } = await import('../jobs/index.ts');
        await tellTenant(event, { documents, settings });
      },
    }),
    boundCost: (request, precision) => boundCost(request, configuration, precision),
    records,
    responseCache: new ResponseCache({
      store: new CachedReplyStore({ tableName: environment.REPLIES_TABLE, clientFor, cipher }),
      modelVersion: modelVersions(configuration),
    }),
    idempotency: new ReplyStore({ tableName: environment.REPLIES_TABLE, clientFor, cipher }),
    router: createRouter({
      configuration,
      providers,
      keys,
      freshKeys,
    }),
    prepare: (alias) => {
      if (prepared.has(alias)) return;
      prepared.add(alias);
      for (const { provider } of configuration.models[alias]?.targets ?? []) {
        // What fails here says so when it is called.
        Promise.all([providers(provider), keys(provider)]).catch(() => undefined);
      }
    },
    price: priceCall,
    countTokens: countCall,
  };
}

/** The services whose tokens are accepted: those of the configuration, and the deployment's own. */
function issuersOf(
  { signIn }: Configuration,
  { SIGN_IN_ISSUER: issuer, SIGN_IN_AUDIENCE: audience }: ServiceEnvironment,
): readonly IssuerConfiguration[] {
  if (issuer === undefined || audience === undefined) return signIn.issuers;
  const own: IssuerConfiguration = { issuer, audience, algorithms: ['RS256'], clockToleranceSeconds: 60 };
  return [own, ...signIn.issuers];
}

/** Remembers what `make` made of each name; a failure is not remembered. */
function once<Value>(make: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    const value = make(name);
    made.set(name, value);
    value.catch(() => made.delete(name));
    return value;
  };
}
