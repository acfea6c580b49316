/** More than any service of ours needs, and less than API Gateway takes. */
export const maxTokenLength = 8_192;

/** True for what can only be a token: three parts, the first of which begins as a JSON object does in base64url. */
export function looksLikeToken(presented: string): boolean {
  return presented.startsWith('eyJ') && presented.split('.', 4).length === 3;
}
