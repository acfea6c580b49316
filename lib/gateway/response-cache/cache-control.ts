/** What a caller wants of the cache, in the header `Cache-Control`: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1 */
export interface CacheControl {
  /** An answer of the cache will do. */
  readonly reads: boolean;
  /** The answer may be kept. */
  readonly writes: boolean;
  /** How old an answer of the cache may be; absent: as old as the project lets it be. */
  readonly maxAgeMs?: number;
}

const usual: CacheControl = { reads: true, writes: true };

export function readCacheControl(header: string | undefined): CacheControl {
  if (header === undefined) return usual;
  const directives = header.split(',').map((directive) => directive.trim().toLowerCase());
  if (directives.includes('no-store')) return { reads: false, writes: false };
  if (directives.includes('no-cache')) return { reads: false, writes: true };
  const maxAge = directives.find((directive) => directive.startsWith('max-age='))?.slice('max-age='.length);
  // A time that is none is as good as no time at all: the cautious reading.
  if (maxAge === undefined) return usual;
  return { reads: true, writes: true, maxAgeMs: /^\d{1,10}$/.test(maxAge) ? Number(maxAge) * 1_000 : 0 };
}
