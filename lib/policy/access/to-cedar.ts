import { isIP } from 'node:net';
import type { AccessContext, AccessQuestion, Asker } from './access-question.ts';
import type { Cedar } from './cedar.ts';

const namespace = 'OpenClaw';

/** Tells whether some policy reads an attribute; what none reads is not sent to the engine. */
export type IsRead = (attribute: string) => boolean;

/** A question in the engine's terms. The entities are the caller and the resource alone: the engine parses all it is sent. */
export function toCedar(
  { asker, action, resource, context }: AccessQuestion,
  isRead: IsRead,
): Omit<Cedar.StatefulAuthorizationCall, 'preparsedPolicySetId'> {
  const principal = uidOf(asker);
  const target = uid(resource.type, resource.id);
  return {
    principal,
    action: uid('Action', action),
    resource: target,
    context: contextOf(context, isRead),
    entities: [
      { uid: principal, attrs: {}, parents: parentsOf(asker) },
      {
        uid: target,
        attrs: Object.fromEntries(
          Object.entries(resource.attributes)
            .filter(([name]) => isRead(name))
            .map(([name, value]) => [name, typeof value === 'boolean' ? value : [...value]]),
        ),
        parents: [],
      },
    ],
  };
}

function uid(type: string, id: string): Cedar.TypeAndId {
  return { type: `${namespace}::${type}`, id };
}

function uidOf({ kind, keyId, userId }: Asker): Cedar.TypeAndId {
  return kind === 'person' ? uid('Person', userId ?? keyId) : uid('ApiKey', keyId);
}

function parentsOf({ kind, tenantId, projectId, role, userId }: Asker): Cedar.TypeAndId[] {
  const parents = [uid('Tenant', tenantId), uid('Role', role)];
  if (projectId !== '') parents.push(uid('Project', projectId));
  if (kind === 'api-key' && userId !== undefined) {
    parents.push(uid(userId.startsWith('svc_acct') ? 'ServiceAccount' : 'Person', userId));
  }
  return parents;
}

function contextOf({ atMs, sourceIp, maxTokens, ...plain }: AccessContext, isRead: IsRead): Cedar.Context {
  const context: Cedar.Context = {};
  for (const [name, value] of Object.entries(plain)) {
    if (value !== undefined && isRead(name)) context[name] = value;
  }
  if (maxTokens !== undefined && isRead('maxTokens')) {
    context.maxTokens = Math.min(Math.trunc(maxTokens), Number.MAX_SAFE_INTEGER);
  }
  const address = isRead('sourceIp') ? cedarAddress(sourceIp) : undefined;
  if (address !== undefined) context.sourceIp = { __extn: { fn: 'ip', arg: address } };
  if (isRead('time')) {
    const at = new Date(atMs);
    context.time = {
      epochSeconds: Math.floor(atMs / 1_000),
      hour: at.getUTCHours(),
      weekday: at.getUTCDay() || 7,
    };
  }
  return context;
}

/**
 * An address as the engine reads it, which knows neither zones nor the old protocol's addresses inside the new one's.
 *
 * @returns undefined where it is none
 */
function cedarAddress(address = ''): string | undefined {
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : undefined;
  const [bare = ''] = address.split('%');
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  return bare.includes('.') ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare;
}
