import type { Operation } from '../../plugin/index.ts';
import {
  type AccessPolicies,
  decideModelUse,
  type ModelDecision,
  type ModelFacts,
  type ModelQuestion,
  type PolicySet,
} from '../../policy/access/index.ts';
import { platformTenantId, type SettingsCache } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { RouteCall } from '../route.ts';
import type { Records } from './records.ts';

/** What the decision about a request is made with. */
export interface AccessServices {
  readonly policies: Pick<AccessPolicies, 'of'>;
  /** What policies can ask of the model of a name; undefined where there is none. */
  readonly modelFacts: (alias: string) => ModelFacts | undefined;
}

export interface DecideServices {
  readonly access: AccessServices;
  readonly settings: Pick<SettingsCache, 'settings'>;
  readonly records: Pick<Records, 'denied'>;
}

/** What the caller wants a model for. */
export interface ModelUse {
  readonly alias: string;
  readonly operation: Operation;
  /** For example `POST /v1/chat/completions`. */
  readonly route: string;
  readonly endUser?: string;
}

/** The way is free, perhaps not to every target. */
export interface AllowedUse {
  /** The policies that decided it. */
  readonly policyIds: readonly string[];
  /** Absent: to all of them. */
  readonly allowTarget?: (target: TargetName) => boolean;
}

interface TargetName {
  readonly alias: string;
  readonly provider: string;
  readonly model: string;
}

const everything: AllowedUse = { policyIds: [] };
/** A request that ran in the background has no address of its own. */
const noAddress = '0.0.0.0';

/**
 * Asks the policies of the tenant and of the platform, and the tenant's residency, whether the caller may use a model, and
 * which of its targets.
 *
 * @throws ApiError 403 that names the policies that refuse; 503 where they could not be asked
 */
export async function decide(
  call: Pick<RouteCall, 'exchange' | 'principal' | 'settings' | 'project' | 'body'>,
  use: ModelUse,
  services: DecideServices,
): Promise<AllowedUse> {
  const { settings } = call;
  const platform = await services.settings.settings(platformTenantId);
  const residency = settings.tenant.residency?.regions;
  let policies = services.access.policies.of(settings, platform);
  if (policies === undefined && residency === undefined) return everything;
  const decisions = new Map<string, ModelDecision>();
  const decisionOn = (alias: string, set: PolicySet | undefined): ModelDecision | undefined => {
    const known = decisions.get(alias);
    if (known) return known;
    const model = services.access.modelFacts(alias);
    if (!model) return undefined;
    const decision = decideModelUse(questionOf(call, use, model), set, residency);
    decisions.set(alias, decision);
    return decision;
  };
  let decision: ModelDecision | undefined;
  let set: PolicySet | undefined;
  try {
    if (policies instanceof Promise) policies = await policies;
    set = policies;
    decision = decisionOn(use.alias, set);
  } catch (cause) {
    throw new ApiError(
      503,
      'The access policies could not be evaluated, so the request was not carried out.',
      {
        code: 'policies_unavailable',
        retryAfterMs: 1_000,
        cause,
      },
    );
  }
  if (!decision?.allowed) throw refuse(call, use, decision, services);
  return {
    policyIds: decision.policyIds,
    allowTarget: ({ alias, provider, model }) =>
      decisionOn(alias, set)?.targets.some(
        ({ allowed, target }) => allowed && target.provider === provider && target.model === model,
      ) ?? false,
  };
}

function questionOf(
  { exchange, principal, project, body }: Pick<RouteCall, 'exchange' | 'principal' | 'project' | 'body'>,
  { operation, endUser }: ModelUse,
  model: ModelFacts,
): ModelQuestion {
  const { sourceIp } = exchange.origin;
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  return {
    asker: principal,
    action: 'invokeModel',
    model,
    context: {
      atMs: exchange.startedAtMs,
      operation,
      stream: body.stream === true,
      ...(sourceIp !== noAddress && { sourceIp }),
      ...(project?.dataClass !== undefined && { dataClass: project.dataClass }),
      ...(endUser !== undefined && { endUser }),
      ...(typeof maxTokens === 'number' && { maxTokens }),
    },
  };
}

/** The refusal is recorded behind the answer. */
function refuse(
  { exchange, principal, settings }: Pick<RouteCall, 'exchange' | 'principal' | 'settings'>,
  { alias, route, endUser }: ModelUse,
  decision: ModelDecision | undefined,
  { records }: Pick<DecideServices, 'records'>,
): ApiError {
  const code = decision?.code ?? 'policy_denied';
  const policyIds = decision?.policyIds ?? [];
  const facts = { principal, route, alias, ...(endUser !== undefined && { endUser }) };
  exchange.origin.waitUntil(records.denied(exchange, { ...facts, reason: code, policyIds }));
  const message =
    code === 'residency_denied'
      ? explainResidency(alias, decision, settings.tenant.residency?.regions)
      : explainPolicies(alias, decision);
  return new ApiError(403, message, { type: 'permission_error', param: 'model', code });
}

function explainPolicies(alias: string, decision: ModelDecision | undefined): string {
  const named = namePolicies(decision);
  return named === ''
    ? `No policy permits you to use the model '${alias}'. Ask your administrator for one that does.`
    : `You may not use the model '${alias}': ${named}. Use another model, or ask your administrator.`;
}

function explainResidency(
  alias: string,
  decision: ModelDecision | undefined,
  residency: readonly string[] | undefined,
): string {
  const places = new Set(
    decision?.targets.flatMap(
      ({ target }) => target.regions ?? [`somewhere that ${target.provider} does not say`],
    ),
  );
  const bound = residency ? [`your tenant's data stays in ${residency.join(', ')}`] : [];
  const named = namePolicies(decision);
  return (
    `The model '${alias}' cannot take this data: it is processed in ${[...places].join(', ')}; ` +
    `${[...bound, ...(named === '' ? [] : [named])].join('; ')}. Use a model that is served there.`
  );
}

function namePolicies(decision: ModelDecision | undefined): string {
  const reasons = decision?.reasons ?? [];
  if (reasons.length === 0) return '';
  const named = reasons.map(({ policyId, description }) =>
    description === '' ? `'${policyId}'` : `'${policyId}' (${description})`,
  );
  return `${named.length === 1 ? 'the policy' : 'the policies'} ${named.join(', ')} ${named.length === 1 ? 'refuses' : 'refuse'} it`;
}
