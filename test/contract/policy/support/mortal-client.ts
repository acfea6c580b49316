import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What is left of storage to a process that is killed after some commands; the last of them may still take effect. */
export function mortalClient(client: DynamoDBClient, commands: number, isLastDone: boolean): DynamoDBClient {
  let left = commands;
  return new Proxy(client, {
    get: (target, name) => {
      if (name !== 'send') return Reflect.get(target, name);
      return async (command: Parameters<DynamoDBClient['send']>[0]) => {
        left -= 1;
        if (left > 0) return await target.send(command);
        if (left === 0 && isLastDone) await target.send(command);
        throw new Error('the process was killed');
      };
    },
  });
}
