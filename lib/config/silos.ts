export interface Silos {
  readonly tenants: { readonly silos: readonly string[] };
}

/** True for a tenant that may be of the tier `silo`: what it needs of its own is there. */
export function isSiloDeclared({ tenants: { silos } }: Silos, id: string): boolean {
  return silos.includes(id);
}

/** The name of a silo's queue of jobs, beside the shared one. */
export function siloQueueName(deployment: string, id: string): string {
  return `${deployment}-tenant-${id}`;
}

/** The alias of a silo's key: all that tells the key, in the role's policy too. */
export function siloKeyAlias(deployment: string, id: string): string {
  return `alias/${deployment}-tenant-${id}`;
}
