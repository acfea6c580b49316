import { randomBytes, randomInt } from 'node:crypto';

/** Who acts with a role, for how long, and within which limits. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  /** The role's account. */
  readonly accountId: string;
  /** A policy document that limits what the role allows. @default - no limit */
  readonly policy?: string | undefined;
  /** ARNs of managed policies that limit it as well. @default - none */
  readonly policyArns?: readonly string[] | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the tags that sessions opened with this one inherit. @default - none */
  readonly transitiveTagKeys?: readonly string[] | undefined;
  readonly expiresAtMs: number;
  readonly sourceIdentity?: string | undefined;
  /**
   * The role of the function whose credentials led to this session: its calls come out of the function's network.
   * @default - the session's own role
   */
  readonly calledFrom?: string | undefined;
}

/** What a session signs with. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

export interface Session extends SessionRequest {
  readonly accessKeyId: string;
  readonly sessionToken: string;
}

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** How long after its end a session is told apart from one that never was. */
const REMEMBERED_MS = 60 * 60_000;

/** The sessions of roles. They are in memory only, as a restart gives every function new credentials. */
export class SessionRegistry {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Opens a session. Whether it may be opened is for the caller to know. */
  open(request: SessionRequest): SessionCredentials {
    this.#forget();
    const credentials = {
      accessKeyId: newAccessKeyId(),
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAtMs: request.expiresAtMs,
    };
    const { accessKeyId, sessionToken } = credentials;
    this.#sessions.set(accessKeyId, { ...request, accessKeyId, sessionToken });
    return credentials;
  }

  /** @returns undefined for a session that has expired or never was */
  find(accessKeyId: string): Session | undefined {
    const session = this.#sessions.get(accessKeyId);
    return session && session.expiresAtMs > this.#now() ? session : undefined;
  }

  /** True for a session that was, and whose end is at most an hour ago. */
  hasExpired(accessKeyId: string): boolean {
    const session = this.#sessions.get(accessKeyId);
    return session !== undefined && session.expiresAtMs <= this.#now();
  }

  #forget(): void {
    const oldestMs = this.#now() - REMEMBERED_MS;
    for (const [id, { expiresAtMs }] of this.#sessions) if (expiresAtMs < oldestMs) this.#sessions.delete(id);
  }
}

/** `ASIA` marks temporary credentials. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
function newAccessKeyId(): string {
  return `ASIA${Array.from({ length: 16 }, () => BASE_32.charAt(randomInt(BASE_32.length))).join('')}`;
}
