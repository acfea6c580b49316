import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error dynalite has no types
import dynalite from 'dynalite';
// @ts-expect-error dynalite has no types
import stores from 'dynalite/db/index.js';
import { type Guard, guardServer } from '../access/guard-server.ts';
import type { Engine } from './engine.ts';
import { LOOPBACK } from './loopback-only.ts';
import { type Store, tuneStore } from './tune-store.ts';

/**
 * Without these a table takes half a second to come, change or go.
 */
const atOnce = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };

// dynalite makes its store itself, by this function.
const createStore: (options: object) => Store = stores.create;
stores.create = (options: object) => tuneStore(createStore(options));

/**
 * Starts DynamoDB over a LevelDB folder.
 *
 * @param directory - made where it is missing
 * @param guard - looks at each call first. Default: every call passes.
 * @throws Error where the folder cannot be opened
 */
export async function startDynamoDb(directory: string, guard?: Guard): Promise<Engine> {
  await finishTableChanges(directory);
  const server: Server = dynalite({ path: directory, ...atOnce });
  if (guard) guardServer(server, guard);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    endpoint: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * A table is being created or deleted for a moment, after which a timer puts it right. A process that is killed in that
 * moment leaves the table so for ever, so this is done before the next start.
 */
async function finishTableChanges(directory: string): Promise<void> {
  const { db } = createStore({ path: directory });
  await db.open();
  for await (const [key, table] of db.iterator({ gte: 'table~', lt: 'table\x7f' })) {
    if (table.TableStatus === 'CREATING' || table.TableStatus === 'UPDATING') {
      await db.put(key, { ...table, TableStatus: 'ACTIVE' });
    }
    if (table.TableStatus === 'DELETING') await db.del(key);
  }
  await db.close();
}
