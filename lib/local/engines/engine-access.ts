import { type AccessTable, AccessUsage, Enforcer } from '../access/index.ts';
import type { Session } from '../sts/session-registry.ts';
import type { EngineMessage, EngineSettings } from './engine.ts';

/** Who may do what, as the engines' thread knows it. Until it is told, nobody but the person at this machine. */
export class EngineAccess {
  enforcer: Enforcer;
  readonly #sessions = new Map<string, Session>();
  readonly #usage: AccessUsage;

  constructor(
    { accountId, region }: Pick<EngineSettings, 'accountId' | 'region'>,
    tell: (message: EngineMessage) => void,
  ) {
    this.#usage = new AccessUsage((permission) => tell({ type: 'used', permission }));
    this.enforcer = this.#newEnforcer({ accountId, region, roles: [], resources: [] });
  }

  setTable(table: AccessTable): void {
    this.enforcer = this.#newEnforcer(table);
  }

  addSession(session: Session): void {
    this.#sessions.set(session.accessKeyId, session);
  }

  #newEnforcer(table: AccessTable): Enforcer {
    return new Enforcer(table, (id) => this.#find(id), this.#usage);
  }

  #find(accessKeyId: string): Session | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (session === undefined || session.expiresAtMs > Date.now()) return session;
    this.#sessions.delete(accessKeyId);
    return undefined;
  }
}
