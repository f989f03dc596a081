/**
 * The devices of a realm as rows of its object's SQLite. One row for a device and one for each key that it is found by, so
 * that a change costs as few rows written as can be; what sign-in asks at every HELLO is kept in memory.
 */
import type { Credential } from "../auth/credential.ts";
import { type Device, type DeviceStore, type KeyMethod, keysOf, shapeOf } from "../auth/device-store.ts";

const COLUMNS = "authid, authrole, disabled, created, changed, note, credential";

/** Names that are remembered: about as many as sign in at a time. */
const MOST_ASKED = 1_000;
/** In one look-up: 128 characters of 6 octets each at most, together less than the 2 MB that a text may have. */
const MOST_NAMED = 2_000;

// The index signature is what SqlStorage asks of a row's type.
interface Columns {
  readonly authid: string;
  readonly authrole: string;
  readonly disabled: number;
  readonly created: number;
  readonly changed: number;
  readonly note: string | null;
  readonly credential: string;
  readonly [column: string]: SqlStorageValue;
}

export class DeviceRows implements DeviceStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  /** A shape, as text, to how many devices have it that are not disabled; undefined until somebody asks. */
  #shapes: Map<string, number> | undefined;
  /**
   * Authid to its device, or that there is none: a sign-in asks three times within a moment, and one for a name that nobody
   * has must take no longer.
   */
  readonly #asked = new Map<string, Device | undefined>();
  /** How many devices there are; undefined until somebody asks. */
  #count: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  find(authid: string): Device | undefined {
    if (this.#asked.has(authid)) return this.#asked.get(authid);
    const device = this.#read(authid);
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
    this.#asked.set(authid, device);
    return device;
  }

  /**
   * These will be asked for next: one look-up for many of them costs a fifth of one for each. More of them than are remembered
   * otherwise stay until somebody asks for yet another.
   */
  expect(authids: readonly string[]): void {
    for (let from = 0; from < authids.length; from += MOST_NAMED) {
      const named = authids.slice(from, from + MOST_NAMED);
      const rows = this.#sql.exec<Columns>(
        `SELECT ${COLUMNS} FROM principal WHERE authid IN (SELECT value FROM json_each(?))`,
        JSON.stringify(named),
      );
      const devices = rows.toArray().map(deviceOf);
      for (const authid of named) this.#asked.set(authid, undefined);
      for (const device of devices) this.#asked.set(device.authid, device);
    }
  }

  #read(authid: string): Device | undefined {
    const [row] = this.#sql.exec<Columns>(`SELECT ${COLUMNS} FROM principal WHERE authid = ?`, authid);
    return row && deviceOf(row);
  }

  owner(method: KeyMethod, key: string): string | undefined {
    const [row] = this.#sql.exec<{ authid: string }>(
      "SELECT authid FROM principal_key WHERE method = ? AND key = ?",
      method,
      key,
    );
    return row?.authid;
  }

  put(device: Device): void {
    const { authid, authrole, disabled, created, changed, note, credential } = device;
    const before = this.find(authid);
    this.#asked.delete(authid); // whatever becomes of it
    // All or nothing: a device without its keys would be there and never found.
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        `INSERT OR REPLACE INTO principal (${COLUMNS}, shape) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        authid,
        authrole,
        Number(disabled),
        created,
        changed,
        note ?? null,
        JSON.stringify(credential),
        JSON.stringify(shapeOf(credential)),
      );
      this.#replaceKeys(before, device);
    });
    this.#tally(before, device);
  }

  remove(authid: string): void {
    const before = this.find(authid);
    this.#asked.delete(authid); // whatever becomes of it
    this.#storage.transactionSync(() => {
      this.#sql.exec("DELETE FROM principal WHERE authid = ?", authid);
      this.#replaceKeys(before, undefined);
    });
    this.#tally(before, undefined);
  }

  list({ after, limit }: { readonly after: string; readonly limit: number }): readonly Device[] {
    const rows = this.#sql.exec<Columns>(
      `SELECT ${COLUMNS} FROM principal WHERE authid > ? ORDER BY authid LIMIT ?`,
      after,
      limit,
    );
    return rows.toArray().map(deviceOf);
  }

  count(): number {
    this.#count ??= this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM principal").one().count;
    return this.#count;
  }

  shapes(): readonly Credential[] {
    return [...this.#loadShapes().keys()].map((shape) => JSON.parse(shape) as Credential); // shapeOf wrote it
  }

  #replaceKeys(before: Device | undefined, after: Device | undefined): void {
    const [old, fresh] = [before?.credential, after?.credential];
    const kept = old && fresh?.method === old.method ? new Set(keysOf(fresh)) : new Set<string>();
    for (const key of old ? keysOf(old) : []) {
      if (!kept.has(key)) {
        this.#sql.exec("DELETE FROM principal_key WHERE method = ? AND key = ?", old?.method ?? "", key);
      }
    }
    const had = old && fresh?.method === old.method ? new Set(keysOf(old)) : new Set<string>();
    for (const key of fresh ? keysOf(fresh) : []) {
      if (had.has(key)) continue;
      this.#sql.exec(
        "INSERT INTO principal_key (method, key, authid) VALUES (?, ?, ?)",
        fresh?.method ?? "",
        key,
        after?.authid ?? "",
      );
    }
  }

  #tally(before: Device | undefined, after: Device | undefined): void {
    if (this.#count !== undefined) this.#count += Number(after !== undefined) - Number(before !== undefined);
    if (!this.#shapes) return;
    for (const [device, more] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (!device || device.disabled) continue;
      const shape = JSON.stringify(shapeOf(device.credential));
      const count = (this.#shapes.get(shape) ?? 0) + more;
      if (count > 0) this.#shapes.set(shape, count);
      else this.#shapes.delete(shape);
    }
  }

  #loadShapes(): Map<string, number> {
    if (!this.#shapes) {
      const rows = this.#sql.exec<{ shape: string; count: number }>(
        "SELECT shape, count(*) AS count FROM principal WHERE disabled = 0 GROUP BY shape ORDER BY shape",
      );
      this.#shapes = new Map(rows.toArray().map(({ shape, count }) => [shape, count]));
    }
    return this.#shapes;
  }
}

function deviceOf({ authid, authrole, disabled, created, changed, note, credential }: Columns): Device {
  return {
    authid,
    authrole,
    disabled: disabled === 1,
    created,
    changed,
    credential: JSON.parse(credential) as Credential, // only put() writes it
    ...(note !== null && { note }),
  };
}
