/**
 * The headers that name the person at this machine as the caller. The engines check no signature; they read whose it is
 * and for which region.
 */
export function operatorSignature(service: string, region: string): Readonly<Record<string, string>> {
  return callerSignature(service, region, { accessKeyId: 'local' });
}

/** The headers that name a caller. */
export function callerSignature(
  service: string,
  region: string,
  { accessKeyId, sessionToken }: { readonly accessKeyId: string; readonly sessionToken?: string },
): Readonly<Record<string, string>> {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  return {
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host, Signature=0`,
  };
}
