/**
 * The router on workerd as wrangler's own test harness runs it: what bare workerd lacks is that its objects can be evicted at
 * will, and their rows looked at. An object that waits for something is evicted when that is over, as on the platform.
 */
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..");

export type Rows = readonly Readonly<Record<string, unknown>>[];

export interface House {
  readonly port: number;
  /** The realm's object wakes up where it sleeps, and leaves memory; its sockets stay open or are closed with it. */
  evict(webSockets: "hibernate" | "close"): Promise<void>;
  /** Runs SQL in the realm's object. */
  sql(text: string): Promise<Rows>;
  /** How many rows the tables of what sessions hold have together. */
  held(): Promise<number>;
  /** What the log said since the last time it was asked. */
  log(): readonly string[];
  close(): Promise<void>;
}

/** The tables of what sessions hold. */
export const HELD = ["session", "subscriber", "callee", "invocation", "testament", "registration"];

/** @param realm as it would stand in wrangler.toml; served at `/ws` */
export async function openHouse(realm: { readonly name: string }, vars: object = {}): Promise<House> {
  process.env.X_LOCAL_OBSERVABILITY = "false"; // wrangler reads it when it is loaded
  process.env.WRANGLER_LOG = "none";
  const { createTestHarness } = await import("wrangler");
  const plain = JSON.parse(JSON.stringify({ ...vars, REALMS: [realm] }));
  const harness = createTestHarness({
    root: REPOSITORY,
    workers: [{ configPath: join(REPOSITORY, "wrangler.toml"), vars: plain }],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker("edgebahn");
  const sql = async (text: string): Promise<Rows> => {
    const storage = await worker.getDurableObjectStorage("RealmObject", { name: realm.name });
    return storage.exec(text);
  };
  return {
    port: Number(url.port),
    async evict(webSockets) {
      await sql("SELECT 1"); // one that sleeps wakes up
      await worker.evictDurableObject("RealmObject", { name: realm.name, webSockets });
    },
    sql,
    async held() {
      const counts = HELD.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ");
      const [row] = await sql(`SELECT ${counts} AS held`);
      return Number(row?.held);
    },
    log() {
      const lines = harness.getLogs().map(({ message }) => message);
      harness.clearLogs();
      return lines;
    },
    close: () => harness.close(),
  };
}
