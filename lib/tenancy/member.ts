import type { Role } from './roles.ts';

/** Who a person is at the service where it signs in. */
export interface Identity {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The `sub` of its tokens. */
  readonly subject: string;
}

/** A person in a tenant. */
export interface Member {
  readonly id: string;
  /** In lower case; unique in the tenant. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** The ids of the projects that the person works in. An administrator has access to the others too. */
  readonly projects: readonly string[];
  readonly addedAtMs: number;
  /** Set with the first sign-in: from then on the person is known by this, whatever its address. */
  readonly identity?: Identity;
  /** Set while the person is being removed: nobody any more, though its keys may not all be revoked yet. */
  readonly removingAtMs?: number;
}

/** Addresses are compared in lower case, as people write them either way. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
