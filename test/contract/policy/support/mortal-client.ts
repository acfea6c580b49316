import type { DynamoDb } from '../../../../lib/storage/aws/dynamodb.ts';

/** What is left of storage to a process that is killed after some calls; the last of them may still take effect. */
export function mortalClient(client: DynamoDb, calls: number, isLastDone: boolean): DynamoDb {
  let left = calls;
  return new Proxy(client, {
    get: (target, name) => {
      const call: (...input: unknown[]) => Promise<unknown> = Reflect.get(target, name, target);
      return async (...input: unknown[]) => {
        left -= 1;
        if (left > 0) return await Reflect.apply(call, target, input);
        if (left === 0 && isLastDone) await Reflect.apply(call, target, input);
        throw new Error('the process was killed');
      };
    },
  });
}
