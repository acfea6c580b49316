import type { Permission, Role } from './roles.ts';

/** Who makes a request, and in which tenant it acts. */
export interface Principal {
  /** A program with an API key, or a person who signed in. */
  readonly kind: 'api-key' | 'person';
  /** The API key's id, or the person's user id. */
  readonly keyId: string;
  /** The tenant in which the request acts: the caller's own, or for a platform administrator the one asked for. */
  readonly tenantId: string;
  /** The tenant to which the caller belongs. */
  readonly homeTenantId: string;
  /** The project that pays; '' for a caller that is not in one. */
  readonly projectId: string;
  /** The projects between which the caller chooses by a header. Absent: it is in one at most. */
  readonly projectIds?: readonly string[];
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** The models that the key may use. Absent: all. */
  readonly allowedModels?: readonly string[];
  /** The member or service account that the key acts for, where there is one. */
  readonly userId?: string;
}
