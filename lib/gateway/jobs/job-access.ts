import type { Job } from '../../jobs/index.ts';
import type { Principal } from '../../tenancy/index.ts';

/** True for the key that made the request, or another key of the same person. */
export function isOwn({ principal }: Job, caller: Principal): boolean {
  return (
    principal.keyId === caller.keyId || (caller.userId !== undefined && principal.userId === caller.userId)
  );
}

/** A member sees its own jobs, and with the permission those of its project; others see those of the tenant. */
export function maySee(job: Job, caller: Principal): boolean {
  if (isOwn(job, caller)) return true;
  if (!caller.permissions.has('jobs:read')) return false;
  return caller.role !== 'member' || isOfProject(job, caller);
}

/** What a model answered is for the project that asked. */
export function maySeeResult(job: Job, caller: Principal): boolean {
  return isOwn(job, caller) || isOfProject(job, caller);
}

function isOfProject({ projectId }: Job, caller: Principal): boolean {
  return projectId !== '' && projectId === caller.projectId;
}
