import { isJsonObject } from '../json.ts';
import type { AccessTable, RoleAccess } from './access-table.ts';
import type { UsedPermission } from './access-usage.ts';

/** One action that a policy gives a role. */
export interface GrantedAction extends Omit<UsedPermission, 'roleArn'> {
  readonly used: boolean;
}

/** What a role may do, and whether anything did it. */
export interface RoleReport {
  readonly role: string;
  /** The services that act with the role, such as `lambda.amazonaws.com`. */
  readonly assumedBy: readonly string[];
  readonly granted: readonly GrantedAction[];
}

/** Sets what the roles of a deployment were used for against what they are granted. */
export function reportAccess(table: AccessTable, used: readonly UsedPermission[]): readonly RoleReport[] {
  return table.roles.map((role) => {
    const seen = new Set(used.filter(({ roleArn }) => roleArn === role.arn).map(keyOf));
    const granted = role.identity.flatMap(({ name, document }) => grantsOf(name, document));
    return {
      role: role.name,
      assumedBy: servicesOf(role),
      granted: granted.map((grant) => ({ ...grant, used: seen.has(keyOf(grant)) })),
    };
  });
}

type Grant = Omit<GrantedAction, 'used'>;

function grantsOf(policy: string, document: unknown): Grant[] {
  return statementsOf(document).flatMap(({ Sid, Effect: effect, Action: actions }, index) => {
    if (effect !== 'Allow') return [];
    const statement = typeof Sid === 'string' && Sid !== '' ? Sid : String(index);
    return [actions ?? []].flat().map((action) => ({ policy, statement, action: String(action) }));
  });
}

function servicesOf({ trust }: RoleAccess): string[] {
  return statementsOf(trust.document).flatMap(({ Principal: principal }) =>
    isJsonObject(principal) ? [principal.Service ?? []].flat().map(String) : [],
  );
}

function statementsOf(document: unknown) {
  const statements =
    typeof document === 'object' && document !== null ? Reflect.get(document, 'Statement') : [];
  return [statements ?? []].flat().filter(isJsonObject);
}

function keyOf({ policy, statement, action }: Grant): string {
  return JSON.stringify([policy, statement, action]);
}
