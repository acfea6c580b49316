import { checkPolicy, type PolicyProblem } from '../../policy/access/check-policy.ts';
import { CommandError } from '../command-error.ts';
import { print } from '../tenancy/print.ts';
import { readPolicyFile } from './put-policy.ts';

/**
 * `openclaw policy validate`: checks files as the API would, and prints each problem as editors read them.
 *
 * @throws CommandError where one is not valid
 */
export async function validatePolicies(
  files: readonly string[],
  { platform = false }: { readonly platform?: boolean },
): Promise<void> {
  let invalid = 0;
  for (const file of files) {
    const check = await checkPolicy(await readPolicyFile(file), platform ? 'platform' : 'tenant');
    if (check.valid) {
      for (const warning of check.warnings) print(`${place(file, warning)}: warning: ${warning.message}`);
      print(`${file}: valid`);
    } else {
      invalid += 1;
      for (const error of check.errors) print(`${place(file, error)}: error: ${explain(error)}`);
    }
  }
  if (invalid > 0) throw new CommandError(`${invalid} of ${files.length} policies are not valid`);
}

/** `policies/a.cedar:3:7` */
export function place(file: string, { start }: PolicyProblem): string {
  return `${file}:${start.line}:${start.column}`;
}

export function explain({ message, help }: PolicyProblem): string {
  return help === undefined ? message : `${message} (${help})`;
}
