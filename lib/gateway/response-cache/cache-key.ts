import { hash } from 'node:crypto';
import type { JsonObject, Operation } from '../../plugin/index.ts';
import type { TenantSettings } from '../../tenancy/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** All that an answer depends on. The tenant is not among it: it is in the key of the storage itself. */
export interface CacheSubject {
  readonly projectId: string;
  readonly operation: Operation;
  /** Changes with the configuration of the name that was asked for. */
  readonly modelVersion: string;
  readonly settings: TenantSettings;
  readonly body: JsonObject;
}

/** Changes where the same request could get another answer from the same code, so that older entries are not found. */
const form = '1';

/**
 * Parameters that say who asks, what to file the request under, or how an upstream should keep its own cache. None of
 * them changes the answer.
 */
const withoutEffect = new Set([
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
]);

/** Whether what a request asks for is in its answer alone, and stays true for a while. */
export function isCacheable(body: JsonObject): boolean {
  // One is to be stored by the upstream too; the other looks at what the web says now.
  return body.store !== true && !body.web_search_options;
}

export function cacheKey({ projectId, operation, modelVersion, settings, body }: CacheSubject): string {
  const asked = Object.fromEntries(
    Object.entries(body).filter(([name]) => {
      // What a stream's options change is in the stream itself. Elsewhere they mean nothing.
      if (name === 'stream_options') return body.stream === true;
      return name !== 'stream' && !withoutEffect.has(name);
    }),
  );
  const stream = body.stream === true;
  return hash(
    'sha256',
    canonicalJson([form, projectId, operation, modelVersion, guardVersion(settings), stream, asked]),
  );
}

const guardVersions = new WeakMap<TenantSettings, string>();

/** Changes with all that a tenant has set about what may be asked and answered. */
function guardVersion(settings: TenantSettings): string {
  const known = guardVersions.get(settings);
  if (known !== undefined) return known;
  const version = hash('sha256', canonicalJson([settings.list('guardrail'), settings.list('moderation')]));
  guardVersions.set(settings, version);
  return version;
}
