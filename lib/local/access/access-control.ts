import type { Session, SessionCredentials, SessionRegistry } from '../sts/session-registry.ts';
import type { AccessDenied } from './access-denied.ts';
import type { AccessJournal } from './access-journal.ts';
import type { AccessTable } from './access-table.ts';
import { AccessUsage, type UsedPermission } from './access-usage.ts';
import { Enforcer } from './enforcer.ts';

/** Where calls are checked too: the engines, in their own thread. */
export interface RemoteEnforcement {
  /** Resolves when the table is in force. */
  setAccess(table: AccessTable): Promise<void>;
  /** Resolves when the session is known. */
  addSession(session: Session): Promise<void>;
}

export interface AccessControlOptions {
  readonly accountId: string;
  readonly region: string;
  readonly sessions: SessionRegistry;
  readonly engines: RemoteEnforcement;
  readonly journal: AccessJournal;
  /** Takes a sentence about each permission that is missing, once. */
  readonly onDenied: (message: string) => void;
}

/** A function's session ends with the process. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** Who may do what in the deployment that runs now: keeps all places where calls are checked at one state. */
export class AccessControl {
  readonly #options: AccessControlOptions;
  readonly #usage = new AccessUsage(() => this.#journalize());
  readonly #functionSessions = new Map<string, SessionCredentials>();
  readonly #reported = new Set<string>();
  #table: AccessTable;
  #enforcer: Enforcer;

  constructor(options: AccessControlOptions) {
    this.#options = options;
    const { accountId, region } = options;
    this.#table = { accountId, region, roles: [], resources: [] };
    this.#enforcer = this.#newEnforcer(this.#table);
  }

  /** Decides now. Ask anew for each decision: the rules change when an app is reloaded. */
  get enforcer(): Enforcer {
    return this.#enforcer;
  }

  get table(): AccessTable {
    return this.#table;
  }

  /**
   * Puts a table in force.
   *
   * @throws PolicyError where a policy is not understood; then the present table stays
   */
  async apply(table: AccessTable): Promise<void> {
    const enforcer = this.#newEnforcer(table);
    await this.#options.engines.setAccess(table);
    this.#table = table;
    this.#enforcer = enforcer;
    this.#journalize();
  }

  /** The credentials of a function's role, the same as long as function and role are. */
  async functionCredentials(functionName: string, roleArn: string): Promise<SessionCredentials> {
    const key = `${functionName} ${roleArn}`;
    const known = this.#functionSessions.get(key);
    if (known) return known;
    const { accountId, sessions } = this.#options;
    const credentials = sessions.open({
      roleArn,
      sessionName: functionName,
      accountId,
      tags: {},
      expiresAtMs: NEVER_MS,
    });
    this.#functionSessions.set(key, credentials);
    await this.share(credentials.accessKeyId);
    return credentials;
  }

  /** Makes a session that was just opened known wherever calls are checked. */
  async share(accessKeyId: string): Promise<void> {
    const session = this.#options.sessions.find(accessKeyId);
    if (session) await this.#options.engines.addSession(session);
  }

  /** Notes that a permission was of use. */
  used(permission: UsedPermission): void {
    this.#usage.add(permission);
  }

  /** The permissions that were of use since the start. */
  usage(): readonly UsedPermission[] {
    return this.#usage.list();
  }

  /** Tells the person what is missing: once, however often the function tries. */
  readonly denied = ({
    message,
    missing,
  }: Pick<AccessDenied, 'message'> & { missing?: object | undefined }): void => {
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    const advice =
      missing === undefined ? '' : `; a statement that would allow it: ${JSON.stringify(missing)}`;
    this.#options.onDenied(`access denied: ${message}${advice}`);
  };

  #journalize(): void {
    this.#options.journal.note(this.#table, () => this.#usage.list());
  }

  #newEnforcer(table: AccessTable): Enforcer {
    return new Enforcer(table, (id) => this.#options.sessions.find(id), this.#usage);
  }
}
