import { policyTemplates } from '../../policy/access/policy-templates.ts';
import { print } from '../tenancy/print.ts';

/** `openclaw policy templates` */
export function listTemplates(): void {
  for (const { name, description, parameters } of policyTemplates) {
    print(name, `  ${description}`);
    for (const { name: key, description: meaning, list } of parameters) {
      print(`  --set ${key}=…${list ? ' (again for more)' : ''}  ${meaning}`);
    }
    print('');
  }
}
