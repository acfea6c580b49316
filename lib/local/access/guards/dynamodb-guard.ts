import { callerOf } from '../caller.ts';
import { dynamoDbChecks, readsOnly, tableArn } from '../calls/dynamodb-calls.ts';
import type { ServiceCall } from '../check.ts';
import type { Enforcer } from '../enforcer.ts';
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
        rules.authorize(caller, () => dynamoDbChecks(call, rules.scope));
        const access = readsOnly(call.operation) ? 'read' : 'write';
        for (const table of tablesOf(call)) {
          const arn = tableArn(table, rules.scope);
          // The same for each call to the table, so looked at once.
          const encryption = () =>
            rules.encryptionOf(arn, 'dynamodb', access, {
              'aws:dynamodb:tableName': arn.slice(arn.indexOf('/') + 1),
              'aws:dynamodb:subscriberId': rules.scope.accountId,
            });
          rules.authorize(caller, encryption, `${access} ${arn}`);
        }
      },
    },
    onDenied,
  );
}

function tablesOf({ input }: ServiceCall): string[] {
  if (typeof input.TableName === 'string') return [input.TableName];
  return typeof input.RequestItems === 'object' ? Object.keys(input.RequestItems ?? {}) : [];
}
