/**
 * The condition keys of an encryption context: `kms:EncryptionContext:<name>` for each entry.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export function encryptionContextKeys(
  encryptionContext: Readonly<Record<string, string>>,
): [key: string, values: string[]][] {
  const entries = Object.entries(encryptionContext);
  if (entries.length === 0) return [];
  return [
    ['kms:encryptioncontextkeys', entries.map(([name]) => name)],
    ...entries.map(([name, value]): [string, string[]] => [
      `kms:encryptioncontext:${name.toLowerCase()}`,
      [value],
    ]),
  ];
}
