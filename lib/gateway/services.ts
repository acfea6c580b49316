import type { Configuration } from '../config/schema.ts';
import type { Jobs } from '../jobs/index.ts';
import type { CallPrice, RoutedTarget, Router } from '../models/index.ts';
import type { JsonObject, TokenUsage } from '../plugin/index.ts';
import type { RateLimits } from '../policy/index.ts';
import type { Authenticator, SettingsCache } from '../tenancy/index.ts';
import type { SignIn } from '../tenancy/sign-in/sign-in.ts';
import type { BodyLimits } from './body/read-json-body.ts';
import type { IdempotencyStore } from './idempotency/held-key.ts';
import type { ResponseCache } from './response-cache/response-cache.ts';
import type { Route } from './route.ts';
import type { AccessServices } from './steps/decide.ts';
import type { GuardServices } from './steps/guard-input.ts';
import type { BudgetServices } from './steps/hold-budget.ts';
import type { Records } from './steps/records.ts';

/** What the gateway works with. Each part is made once per process. */
export interface GatewayServices extends BudgetServices, GuardServices {
  readonly models: Configuration['models'];
  readonly limits: BodyLimits;
  readonly pingIntervalMs: number;
  readonly authenticator: Authenticator;
  /** Loads what signs people in. Absent: nobody does. */
  readonly signIn?: () => Promise<Pick<SignIn, 'authenticate'>>;
  readonly settings: Pick<SettingsCache, 'settings' | 'project'>;
  /** Policies about who may use which model. */
  readonly access: AccessServices;
  readonly rateLimits: RateLimits;
  readonly records: Records;
  readonly idempotency: IdempotencyStore;
  readonly responseCache: ResponseCache;
  /** Loads what keeps requests for later: few wait for a reviewer. */
  readonly jobs: () => Promise<Jobs>;
  /** Loads the routes of the administration. */
  readonly adminRoutes: () => Promise<readonly Route[]>;
  readonly router: Router;
  /** Loads what calls of a model need, behind the waits that come before the call. */
  readonly prepare: (alias: string) => void;
  /** What a call costs; a null cost where the price is not known. */
  readonly price: (target: RoutedTarget, usage: TokenUsage, durationMs: number) => CallPrice;
  /** Counts the tokens of a request and of the text it produced, where the upstream did not. */
  readonly countTokens: (body: JsonObject, produced: string) => Promise<TokenUsage>;
}
