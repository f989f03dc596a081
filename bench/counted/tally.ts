/**
 * What Cloudflare bills, counted where it happens. Kept in the module, which the Worker and its objects share and which
 * outlives an object that sleeps; so it may be read without waking anybody.
 */

export interface Tally {
  /** Of the Worker. */
  workerRequests: number;
  /** Of objects: HTTP requests and calls from the Worker. */
  requests: number;
  /** Incoming; twenty count as one request. */
  messages: number;
  /** Alarms that rang; each is a request. */
  alarms: number;
  /** Each is one row written, too, which `rowsWritten` does not hold. */
  alarmsSet: number;
  rowsWritten: number;
  rowsRead: number;
  /** Octets of the realm's database when it was last looked at, which is whenever it is told of a socket or an alarm. */
  databaseSize: number;
  /** How often a realm's object was made: once, and once for each time that it woke. */
  wakes: number;
}

export const tally: Tally = {
  workerRequests: 0,
  requests: 0,
  messages: 0,
  alarms: 0,
  alarmsSet: 0,
  rowsWritten: 0,
  rowsRead: 0,
  databaseSize: 0,
  wakes: 0,
};

/** Their counts are final once all their rows were taken, which is before the turn ends. */
let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

export function readTally(): Tally {
  for (const { rowsRead, rowsWritten } of cursors) {
    tally.rowsRead += rowsRead;
    tally.rowsWritten += rowsWritten;
  }
  cursors = [];
  return tally;
}

/** From now on what this storage does is counted. */
export function watch(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  const setAlarm = storage.setAlarm.bind(storage);
  replace(sql, "exec", (...given: Parameters<typeof exec>) => {
    const cursor = exec(...given);
    cursors.push(cursor);
    return cursor;
  });
  const put = storage.put.bind(storage);
  replace(storage, "put", (key: string, value: unknown) => {
    tally.rowsWritten++;
    return put(key, value);
  });
  replace(storage, "setAlarm", (...given: Parameters<typeof setAlarm>) => {
    tally.alarmsSet++;
    return setAlarm(...given);
  });
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true });
}
