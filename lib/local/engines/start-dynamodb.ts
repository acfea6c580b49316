import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
// @ts-expect-error dynalite has no types
import dynalite from 'dynalite';
// @ts-expect-error dynalite has no types
import { create } from 'dynalite/db/index.js';
import { type Guard, guardServer } from '../access/guard-server.ts';
import type { Engine } from './engine.ts';
import { LOOPBACK } from './loopback-only.ts';

/**
 * Without these a table takes half a second to come, change or go.
 */
const atOnce = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };

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

/** What abstract-level asks of LevelDB's binding, keys and values encoded. */
interface LevelBinding {
  _open(options: object): Promise<unknown>;
  _get(key: unknown, options: unknown): Promise<unknown>;
  _getSync(key: unknown, options: unknown): unknown;
  _put(key: unknown, value: unknown, options: unknown): Promise<unknown>;
  _batch(operations: readonly LevelPut[], options: object): Promise<unknown>;
}

interface LevelPut {
  readonly type: 'put';
  readonly key: unknown;
  readonly value: unknown;
}

const tuned = new WeakSet<LevelBinding>();

/** Changes how all databases of this process use LevelDB. */
function tune(level: LevelBinding): void {
  if (tuned.has(level)) return;
  tuned.add(level);
  writeInLargeFiles(level);
  readAtOnce(level);
  writeTogether(level);
}

/**
 * What LevelDB keeps in memory, beside its log, before it sorts it into files. Four times its default: what a second of
 * load writes is merged a quarter as often, and a log of this size is read in a moment after a kill.
 */
const writeBufferBytes = 16 * 1024 * 1024;

function writeInLargeFiles(level: LevelBinding): void {
  const open = level._open;
  level._open = function (this: LevelBinding, options) {
    return open.call(this, { ...options, writeBufferSize: writeBufferBytes });
  };
}

/**
 * Has LevelDB read in this thread, not in a pool of threads. A read takes microseconds, the way to another thread and
 * back a hundred times that on a busy machine, and dynalite makes three reads, one after another, for each item that
 * it writes.
 */
function readAtOnce(level: LevelBinding): void {
  level._get = async function (this: LevelBinding, key, options) {
    return this._getSync(key, options);
  };
}

/**
 * Has LevelDB write what comes in one turn of the event loop in one go: dynalite puts each item of a batch by itself, and
 * each put goes to another thread and back. Nobody is told that an item is stored before it is.
 */
function writeTogether(level: LevelBinding): void {
  const turns = new WeakMap<
    LevelBinding,
    { readonly puts: LevelPut[]; readonly written: Promise<unknown> }
  >();
  level._put = function (this: LevelBinding, key, value) {
    let turn = turns.get(this);
    if (!turn) {
      const puts: LevelPut[] = [];
      const written = nextTurn().then(() => {
        turns.delete(this);
        return this._batch(puts, {});
      });
      turn = { puts, written };
      turns.set(this, turn);
    }
    turn.puts.push({ type: 'put', key, value });
    return turn.written;
  };
}

interface Store {
  readonly db: LevelBinding & {
    open(): Promise<void>;
    iterator(options: { gte: string; lt: string }): AsyncIterable<[string, { TableStatus?: string }]>;
    put(key: string, value: object): Promise<void>;
    del(key: string): Promise<void>;
    close(): Promise<void>;
  };
}

/**
 * A table is being created or deleted for a moment, after which a timer puts it right. A process that is killed in that
 * moment leaves the table so for ever, so this is done before the next start.
 */
async function finishTableChanges(directory: string): Promise<void> {
  const { db }: Store = create({ path: directory });
  tune(Object.getPrototypeOf(db));
  await db.open();
  for await (const [key, table] of db.iterator({ gte: 'table~', lt: 'table\x7f' })) {
    if (table.TableStatus === 'CREATING' || table.TableStatus === 'UPDATING') {
      await db.put(key, { ...table, TableStatus: 'ACTIVE' });
    }
    if (table.TableStatus === 'DELETING') await db.del(key);
  }
  await db.close();
}
