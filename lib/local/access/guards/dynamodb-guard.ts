import { callerOf } from '../caller.ts';
import { dynamoDbChecks, readsOnly, tableArn } from '../calls/dynamodb-calls.ts';
import type { ServiceCall } from '../check.ts';
import type { Enforcer, Requirement } from '../enforcer.ts';
import type { Guard } from '../guard-server.ts';
import { jsonRefusal } from '../refusals.ts';
import { newGuard, type OnDenied } from './new-guard.ts';
import { readJsonCall } from './read-json-call.ts';

/** Guards DynamoDB: the call, and the use of the tables' keys. */
export function dynamoDbGuard(enforcer: () => Enforcer, onDenied: OnDenied): Guard {
  return newGuard(
    {
      readsBody: () => true,
      refusal: (denied) => jsonRefusal(denied, '1.0'),
      authorize: (request, body) => {
        const rules = enforcer();
        const caller = callerOf(request);
        const call = readJsonCall(request, body);
        const tables = tablesOf(call);
        rules.authorizeAgain(caller, [
          {
            name: `${call.operation} ${tables.join()} ${call.input.IndexName}`,
            checks: () => dynamoDbChecks(call, rules.scope),
            variesByCall: true,
          },
          ...tables.map((table) => useOfKey(table, call, rules)),
        ]);
      },
    },
    onDenied,
  );
}

function useOfKey(table: string, { operation }: ServiceCall, rules: Enforcer): Requirement {
  const access = readsOnly(operation) ? 'read' : 'write';
  return {
    name: `use of the key of ${table} to ${access}`,
    checks: () => {
      const arn = tableArn(table, rules.scope);
      return rules.encryptionOf(arn, 'dynamodb', access, {
        'aws:dynamodb:tableName': arn.slice(arn.indexOf('/') + 1),
        'aws:dynamodb:subscriberId': rules.scope.accountId,
      });
    },
    variesByCall: false,
  };
}

function tablesOf({ input }: ServiceCall): string[] {
  if (typeof input.TableName === 'string') return [input.TableName];
  return typeof input.RequestItems === 'object' ? Object.keys(input.RequestItems ?? {}) : [];
}
