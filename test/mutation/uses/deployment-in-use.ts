import type OpenAI from 'openai';
import type { Runtime } from '../../../lib/local/index.ts';
import type { Scope } from '../../../lib/tenancy/index.ts';

/** A deployment that runs, and what its users have of it. */
export interface DeploymentInUse {
  readonly runtime: Runtime;
  /** Outputs of all stacks. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The configured models. */
  readonly models: readonly string[];
  /** The official client, without retries of its own. */
  clientOf(tenantId: string, scopes?: readonly Scope[]): Promise<OpenAI>;
  /** Tenants of both tiers, where the configuration has a silo. */
  readonly tenants: readonly string[];
}

/** What some users do with a deployment. @throws Error where it does not work */
export type Use = (deployment: DeploymentInUse) => Promise<void>;
