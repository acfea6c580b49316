import { nextTick } from 'node:process';

/** What dynalite keeps its tables in: LevelDB, with functions that call back. */
export interface Store {
  readonly db: Level;
}

type Callback<Value = void> = (error: Error | null, value?: Value) => void;

interface Put {
  readonly type: 'put';
  readonly key: string;
  readonly value: object;
}

export interface Level {
  readonly status: string;
  open(): Promise<void>;
  close(): Promise<void>;
  get(key: string, callback: Callback<object>): Promise<object> | undefined;
  getSync(key: string): object | undefined;
  put(key: string, value: object, callback?: Callback): Promise<void> | undefined;
  del(key: string): Promise<void>;
  batch(puts: readonly Put[]): Promise<void>;
  iterator(options: { gte: string; lt: string }): AsyncIterable<[string, { TableStatus?: string }]>;
  /** Called once, when the folder is opened. */
  _open(options: object): Promise<void>;
}

/** Changes how a store uses LevelDB, before it is opened. */
export function tuneStore<Tuned extends Store>(store: Tuned): Tuned {
  writeInLargeFiles(store.db);
  readAtOnce(store.db);
  writeTogether(store.db);
  return store;
}

/**
 * What LevelDB keeps in memory, beside its log, before it sorts it into files. Four times its default: what a second of
 * load writes is merged a quarter as often, and a log of this size is read in a moment after a kill.
 */
const writeBufferBytes = 16 * 1024 * 1024;

function writeInLargeFiles(level: Level): void {
  const open = level._open;
  level._open = (options) => open.call(level, { ...options, writeBufferSize: writeBufferBytes });
}

/**
 * Reads in this thread and in this turn of the event loop. LevelDB answers in microseconds; its way by a pool of threads
 * takes a hundred times that on a busy machine, a turn of the loop ten times, and dynalite makes three reads, one after
 * another, for each item that it writes.
 */
function readAtOnce(level: Level): void {
  const get = level.get;
  level.get = (key, callback) => {
    // While it opens, LevelDB keeps the call back and makes it later, without the callback.
    if (level.status !== 'open' || typeof callback !== 'function') return get.call(level, key, callback);
    try {
      nextTick(callback, null, level.getSync(key));
    } catch (error) {
      nextTick(callback, error);
    }
    return undefined;
  };
}

/**
 * Writes what comes in one turn of the event loop in one go: dynalite puts each item of a batch by itself, and each put
 * goes to another thread and back. Nobody is told that an item is stored before it is.
 */
function writeTogether(level: Level): void {
  const put = level.put;
  let puts: Put[] = [];
  let callbacks: Callback[] = [];
  const write = async () => {
    const [writing, told] = [puts, callbacks];
    puts = [];
    callbacks = [];
    let failure: unknown = null;
    try {
      await level.batch(writing);
    } catch (error) {
      failure = error;
    }
    // Each by itself: dynalite throws what it did not expect.
    for (const callback of told) nextTick(callback, failure);
  };
  level.put = (key, value, callback) => {
    if (!callback) return put.call(level, key, value);
    callbacks.push(callback);
    if (puts.push({ type: 'put', key, value }) === 1) setImmediate(write);
    return undefined;
  };
}
