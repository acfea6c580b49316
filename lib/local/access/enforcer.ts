import { timingSafeEqual } from 'node:crypto';
import { partitionOf } from '../../config/partition.ts';
import {
  type ApplicablePolicies,
  type CompiledPolicy,
  type Decision,
  describeDenial,
  evaluateAccess,
  missingStatement,
  type Principal,
} from '../iam/index.ts';
import type { Session } from '../sts/session-registry.ts';
import { AccessDenied } from './access-denied.ts';
import type { AccessTable } from './access-table.ts';
import { AccessUsage } from './access-usage.ts';
import { type ContextValues, roleContext, serviceContext, toRequest } from './call-context.ts';
import { type CallerCredentials, isOperator } from './caller.ts';
import type { CallScope, Check } from './check.ts';
import {
  type CompiledResource,
  type CompiledRole,
  compile,
  compileResource,
  compileRole,
} from './compile-access.ts';
import { type DataAccess, type EncryptingService, encryptionChecks } from './encryption-checks.ts';
import { serviceOf } from './service-of.ts';

/** The part of an ARN that names what has the policy. */
const containerPattern = /^arn:[^:]+:(?:s3:::[^/]+|dynamodb:[^/]+\/[^/]+|lambda:[^:]*:[^:]*:function:[^:]+)/;

/** Condition keys whose values are those of one call, and not of the next to the same resource. */
const keysOfOneCall = /dynamodb:(?:LeadingKeys|Select|ReturnValues|ReturnConsumedCapacity)/i;
/** Condition keys whose values are those of the moment. */
const keysOfTheMoment = /aws:(?:CurrentTime|EpochTime)/i;

/** Permissions that a call needs together, and how long they hold. */
export interface Requirement {
  /** Asked for only where they are not remembered. */
  readonly checks: () => readonly Check[];
  /** Names them. What was allowed is allowed again without a look, unless a policy goes by the time. */
  readonly name: string;
  /** Some of their condition keys differ from call to call: they are remembered only where no policy asks for those. */
  readonly variesByCall: boolean;
}

interface Caller {
  readonly session: Session;
  readonly role: CompiledRole;
  readonly principal: Principal;
  readonly sessionPolicies: readonly CompiledPolicy[] | undefined;
  /** The policies of the VPC endpoints of the network that the calls come from. */
  readonly endpoints: CompiledRole['endpoints'];
  /** Condition keys that are the same for each of the caller's calls. */
  readonly context: ContextValues;
  /** Names of requirements that were met, and need no second look. */
  readonly allowed: Set<string>;
}

/** Decides, as IAM does, what the roles of a deployment may do. */
export class Enforcer {
  readonly scope: CallScope;
  readonly usage: AccessUsage;
  readonly #table: AccessTable;
  readonly #roles: ReadonlyMap<string, CompiledRole>;
  readonly #resources: ReadonlyMap<string, CompiledResource>;
  readonly #sessions: (accessKeyId: string) => Session | undefined;
  readonly #callers = new Map<string, Caller>();
  readonly #looksAtCall: boolean;
  readonly #looksAtTime: boolean;

  /** @throws PolicyError where a policy holds what is not understood */
  constructor(
    table: AccessTable,
    sessions: (accessKeyId: string) => Session | undefined,
    usage: AccessUsage = new AccessUsage(),
  ) {
    this.#table = table;
    this.#sessions = sessions;
    const text = JSON.stringify(table);
    this.#looksAtCall = keysOfOneCall.test(text);
    this.#looksAtTime = keysOfTheMoment.test(text);
    this.usage = usage;
    this.#roles = new Map(table.roles.map((role) => [role.arn, compileRole(role)]));
    const trusts = table.roles.map(({ arn, name, trust }) => ({ arn, name, policy: trust }));
    this.#resources = new Map(
      [...table.resources, ...trusts].map((resource) => [resource.arn, compileResource(resource)]),
    );
    const { name: partition } = partitionOf(table.region);
    this.scope = {
      partition,
      region: table.region,
      accountId: table.accountId,
      partitionKey: (tableArn) => this.#resources.get(tableArn)?.partitionKey,
    };
  }

  /** ARN of the key that encrypts a resource; undefined where it is one of AWS's own. */
  keyOf(resourceArn: string): string | undefined {
    return this.#resources.get(resourceArn)?.keyArn;
  }

  /** The permissions of the key that encrypts a resource, which a call needs besides its own; none without a key. */
  encryptionOf(
    resourceArn: string,
    service: EncryptingService,
    access: DataAccess,
    encryptionContext: Readonly<Record<string, string>>,
  ): readonly Check[] {
    const keyArn = this.#resources.get(resourceArn)?.keyArn;
    if (keyArn === undefined) return [];
    const { region } = this.#table;
    const { urlSuffix } = partitionOf(region);
    return encryptionChecks({ service, access, keyArn, region, urlSuffix, encryptionContext });
  }

  /**
   * Lets a call pass or not.
   *
   * @throws AccessDenied
   */
  authorize(credentials: CallerCredentials, checks: () => readonly Check[]): void {
    const caller = this.#signer(credentials);
    if (caller) this.#requireAll(caller, checks());
  }

  /**
   * Lets one call of many alike pass or not.
   *
   * @throws AccessDenied
   */
  authorizeAgain(credentials: CallerCredentials, requirements: readonly Requirement[]): void {
    const caller = this.#signer(credentials);
    if (!caller) return;
    for (const { name, checks, variesByCall } of requirements) {
      if (caller.allowed.has(name)) continue;
      this.#requireAll(caller, checks());
      if (this.#remembers(caller, variesByCall)) caller.allowed.add(name);
    }
  }

  /**
   * Whether a service may do something to a resource in its own name: API Gateway with a function, for example.
   *
   * @param service - such as `apigateway.amazonaws.com`
   */
  allowsService(service: string, check: Check): Decision {
    const principal: Principal = { kind: 'service', arn: service, accountId: this.#table.accountId };
    return this.#evaluate(principal, check, serviceContext(service, this.#table), { identity: [] });
  }

  /** Whether a role may do something, asked by a service that acts with the role. */
  allowsRole(roleArn: string, check: Check): Decision {
    const role = this.#roles.get(roleArn);
    if (!role)
      return { allowed: false, kind: 'implicit', because: `no template declares the role ${roleArn}` };
    const principal: Principal = { kind: 'role', arn: role.arn, accountId: this.#table.accountId };
    return this.#evaluateRole({ role, principal, context: roleContext(role, this.#table) }, check);
  }

  /** Undefined for the person at this machine, who may do anything. */
  #signer({ accessKeyId, sessionToken }: CallerCredentials): Caller | undefined {
    if (accessKeyId === undefined) {
      throw new AccessDenied('MissingAuthenticationToken', 'the request is not signed');
    }
    return isOperator(accessKeyId) ? undefined : this.#caller(accessKeyId, sessionToken);
  }

  #remembers({ session }: Caller, variesByCall: boolean): boolean {
    return !this.#looksAtTime && session.policy === undefined && !(variesByCall && this.#looksAtCall);
  }

  #requireAll(caller: Caller, checks: readonly Check[]): void {
    for (const check of checks) this.#require(caller, check);
  }

  #require(caller: Caller, check: Check): void {
    this.#requireEndpoint(caller, check);
    const decision = this.#evaluateRole(caller, check);
    if (decision.allowed) return;
    const request = toRequest(caller.principal, check, caller.context);
    throw new AccessDenied('AccessDenied', describeDenial(request, decision), missingStatement(request));
  }

  /** A function in a network without internet reaches a service by its VPC endpoint, whose policy has a say. */
  #requireEndpoint({ endpoints, principal, context }: Caller, check: Check): void {
    const isOfService = check.context?.some(([key]) => key === 'aws:viaawsservice');
    // What a service asks KMS for does not come out of the function's network.
    if (endpoints === undefined || isOfService) return;
    const service = check.action.slice(0, check.action.indexOf(':'));
    const policy = endpoints.get(service);
    const request = toRequest(principal, check, context);
    if (policy === undefined) {
      throw new AccessDenied(
        'AccessDenied',
        `User: ${principal.sessionArn} does not reach ${service} for ${check.action}: its network has no VPC endpoint for the service`,
      );
    }
    const decision = evaluateAccess(request, {
      identity: [],
      resource: policy,
      resourceKind: 'same-account',
    });
    if (decision.allowed) return;
    throw new AccessDenied('AccessDenied', `${describeDenial(request, decision)} (VPC endpoint policy)`);
  }

  #evaluateRole(
    caller: Pick<Caller, 'role' | 'principal' | 'context'> & Partial<Caller>,
    check: Check,
  ): Decision {
    const { role, principal, context, sessionPolicies } = caller;
    const decision = this.#evaluate(principal, check, context, {
      identity: role.identity,
      ...(role.boundary && { boundary: role.boundary }),
      ...(sessionPolicies && { session: sessionPolicies }),
    });
    if (decision.allowed) {
      for (const { policy, statement, action } of decision.by) {
        this.usage.add({ roleArn: role.arn, policy, statement, action: action ?? check.action });
      }
    }
    return decision;
  }

  #evaluate(
    principal: Principal,
    check: Check,
    context: ContextValues,
    policies: Omit<ApplicablePolicies, 'resourceKind' | 'resource'>,
  ): Decision {
    const resource = this.#resourceOf(check.resource);
    return evaluateAccess(toRequest(principal, check, context), {
      ...policies,
      ...(resource?.policy && { resource: resource.policy }),
      // Nobody uses a key, or assumes a role, that does not trust them or leave it to the account whom to trust.
      resourceKind: ['kms', 'iam'].includes(serviceOf(check.resource) ?? '') ? 'kms' : 'same-account',
    });
  }

  /** An object's policy is its bucket's, an index's its table's, an alias's its function's. */
  #resourceOf(arn: string): CompiledResource | undefined {
    return this.#resources.get(arn) ?? this.#resources.get(containerPattern.exec(arn)?.[0] ?? '');
  }

  #caller(accessKeyId: string, sessionToken: string | undefined): Caller {
    const session = this.#sessions(accessKeyId);
    if (!session || !sameText(session.sessionToken, sessionToken ?? '')) {
      this.#callers.delete(accessKeyId);
      throw new AccessDenied(
        'ExpiredToken',
        'The security token included in the request is expired or invalid',
      );
    }
    const known = this.#callers.get(accessKeyId);
    if (known?.session === session) return known;
    if (session.policyArns?.length) {
      throw new AccessDenied(
        'AccessDenied',
        'the local runtime knows no session policies by ARN: write them out',
      );
    }
    const role = this.#roles.get(session.roleArn);
    if (!role) {
      throw new AccessDenied('InvalidClientTokenId', `no template declares the role ${session.roleArn}`);
    }
    const caller = this.#newCaller(session, role);
    this.#callers.set(accessKeyId, caller);
    return caller;
  }

  #newCaller(session: Session, role: CompiledRole): Caller {
    const { accountId } = this.#table;
    const sessionArn = `arn:${this.scope.partition}:sts::${accountId}:assumed-role/${role.name}/${session.sessionName}`;
    const tags = { ...role.tags, ...session.tags };
    return {
      session,
      role,
      principal: { kind: 'role', arn: role.arn, accountId, sessionArn },
      sessionPolicies: compileSessionPolicy(session),
      endpoints: this.#roles.get(session.calledFrom ?? role.arn)?.endpoints,
      context: [
        ...roleContext(role, this.#table),
        ['aws:userid', [`${role.id}:${session.sessionName}`]],
        ...Object.entries(tags).map(
          ([name, value]) => [`aws:principaltag/${name.toLowerCase()}`, [value]] as const,
        ),
      ],
      allowed: new Set(),
    };
  }
}

/** @throws AccessDenied where the session was opened with a policy that is not understood: it allows nothing then */
function compileSessionPolicy({ policy, sessionName }: Session): readonly CompiledPolicy[] | undefined {
  if (policy === undefined) return undefined;
  try {
    return [compile({ name: `the session policy of ${sessionName}`, document: JSON.parse(policy) })];
  } catch (error) {
    throw new AccessDenied('AccessDenied', error instanceof Error ? error.message : String(error));
  }
}

function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
