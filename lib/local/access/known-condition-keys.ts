/** The condition keys that calls carry here, in lower case. */
const names: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourcevpce',
  'aws:tagkeys',
  'aws:userid',
  'aws:viaawsservice',
  'bedrock:inferenceprofilearn',
  'cloudwatch:namespace',
  'dynamodb:leadingkeys',
  'dynamodb:returnconsumedcapacity',
  'dynamodb:returnvalues',
  'dynamodb:select',
  'kms:calleraccount',
  'kms:encryptioncontextkeys',
  'kms:resourcealiases',
  'kms:viaservice',
  's3:delimiter',
  's3:max-keys',
  's3:prefix',
  's3:tlsversion',
  'secretsmanager:secretid',
  'secretsmanager:versionid',
  'secretsmanager:versionstage',
  'sts:rolesessionname',
  'sts:transitivetagkeys',
]);
const prefixes = ['aws:principaltag/', 'aws:requesttag/', 'kms:encryptioncontext:'] as const;

/**
 * True for a condition key whose value the local runtime knows when AWS would. What depends on another one is decided to
 * be safe: an Allow does not hold, a Deny does.
 */
export function isKnownConditionKey(key: string): boolean {
  return names.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
