/** The service of an ARN: `arn:aws:kms:…` → `kms`. */
export function serviceOf(arn: string): string | undefined {
  return arn.startsWith('arn:') ? arn.split(':', 3)[2] : undefined;
}
