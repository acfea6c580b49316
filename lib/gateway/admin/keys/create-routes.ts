import { grantedPermissions, type Role, roleOfKey, rolePermissions } from '../../../tenancy/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { answers } from '../tenants/answers.ts';
import { type Directory, isIn, ownerCheck } from '../tenants/directory.ts';
import { secondsOrNull } from '../tenants/pages.ts';
import { refuseExceeding } from '../tenants/refuse-exceeding.ts';
import type { KeyDescriber } from './describe-key.ts';
import { chooseScopes, readExpiry, readRanges } from './key-properties.ts';
import { createdKey, keyCreation, rotatedKey, rotation } from './schemas.ts';

const defaultOverlapMs = 24 * 60 * 60 * 1_000;

/** How keys are made, with all properties that they can have, and how they are replaced. */
export function createRoutes(
  services: AdminServices,
  directory: Directory,
  describer: KeyDescriber,
): readonly Route[] {
  const { keys, projects } = directory;
  const { reveals } = answers(services, directory);
  return [
    {
      method: 'POST',
      path: '/v1/openclaw/projects/{project_id}/api_keys',
      operationId: 'createProjectApiKey',
      summary: 'Make an API key of a project, shown this once',
      access: 'keys:write',
      body: keyCreation,
      response: { status: 200, description: 'The key.', schema: createdKey },
      errors: [404, 409],
      handle: reveals(async ({ principal, parameters, body }, tenantId) => {
        const { project_id: projectId = '' } = parameters;
        await projects.getActive(tenantId, projectId, principal.projectId);
        const role = (body.role ?? 'member') as Role;
        const scopes = chooseScopes(principal, role, body.scopes as readonly string[] | undefined);
        const userId = body.owner_id as string | undefined;
        if (userId !== undefined) await checkOwner(directory, { tenantId, projectId, userId, role });
        const { plaintext, record } = await keys.create(
          tenantId,
          {
            projectId,
            name: String(body.name),
            role,
            scopes,
            ...readExpiry(body),
            ...readRanges(body),
            ...(body.allowed_models ? { allowedModels: body.allowed_models as readonly string[] } : {}),
            ...(userId === undefined ? {} : { userId }),
          },
          ownerCheck(directory, tenantId, projectId),
        );
        return { ...(await describer.describe(record)), value: plaintext };
      }),
    },
    {
      method: 'POST',
      path: '/v1/openclaw/api_keys/{key_id}/rotate',
      operationId: 'rotateApiKey',
      summary: 'Make a key like this one, shown this once; the old one works on for a while',
      access: 'keys:write',
      body: rotation,
      response: { status: 200, description: 'The new key.', schema: rotatedKey },
      errors: [404, 409],
      handle: reveals(async ({ principal, parameters, body }, tenantId) => {
        const { key_id: keyId = '' } = parameters;
        const before = await keys.get(tenantId, keyId);
        // Whoever gets the new key has what the old one may.
        refuseExceeding(principal, grantedPermissions(roleOfKey(before), before.scopes));
        const { overlap_seconds: overlapSeconds } = body;
        const { plaintext, record } = await keys.rotate(
          tenantId,
          keyId,
          {
            overlapMs: typeof overlapSeconds === 'number' ? overlapSeconds * 1_000 : defaultOverlapMs,
            ...readExpiry(body),
          },
          ownerCheck(directory, tenantId, before.projectId),
        );
        const { expiresAtMs } = await keys.get(tenantId, keyId);
        return {
          ...(await describer.describe(record)),
          value: plaintext,
          replaces: { id: keyId, expires_at: secondsOrNull(expiresAtMs) },
        };
      }),
    },
  ];
}

/** @throws ApiError 404 for one that is not there, 400 for one that is not in the project, or may less than the key */
async function checkOwner(
  { members, accounts }: Directory,
  wanted: { tenantId: string; projectId: string; userId: string; role: Role },
): Promise<void> {
  const { tenantId, projectId, userId, role } = wanted;
  const member = await members.find(tenantId, userId);
  const account = member ? undefined : await accounts.find(tenantId, projectId, userId);
  if (!member && !account) {
    throw new ApiError(404, `There is no member or service account '${userId}'.`, {
      param: 'owner_id',
      code: 'not_found',
    });
  }
  const isInProject = member ? isIn(member, projectId) : account?.role === 'member';
  const owns = rolePermissions[member?.role ?? 'member'];
  const exceeds = [...rolePermissions[role]].some(
    (permission) => !owns.has(permission) && !rolePermissions.member.has(permission),
  );
  if (isInProject && !exceeds) return;
  throw new ApiError(
    400,
    isInProject
      ? `A key of the role "${role}" may more than '${userId}'.`
      : `'${userId}' is not in the project '${projectId}'. Add it first.`,
    { param: 'owner_id', code: 'invalid_value' },
  );
}
