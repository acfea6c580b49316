const timeoutMs = 5_000;
const maxBytes = 512 * 1_024;

/**
 * Fetches a JSON object from an address that the configuration names, or an issuer that it names.
 *
 * @throws Error where the answer is anything else
 */
export async function fetchJson(url: string, fetchUrl: typeof fetch): Promise<Record<string, unknown>> {
  const response = await fetchUrl(url, {
    headers: { accept: 'application/json' },
    // Whoever the address leads to was not named.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${url} answers more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${url} answers no JSON object`);
  }
  return value as Record<string, unknown>;
}
