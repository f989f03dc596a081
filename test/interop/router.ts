/**
 * The real router for stock clients: wrangler's bundle of src/worker.ts in workerd, on a free port of 127.0.0.1, with
 * storage of its own. One for each test file; closed with everything that runs in it.
 */
import { afterAll, beforeAll, expect } from "vitest";
import { openRealm } from "../open-realm.ts";

export interface Router {
  /** The address that tutorials call ws://localhost:8080/ws. */
  readonly url: string;
  readonly realm: string;
  /** Where the admin API is: `http://` with host and port. */
  readonly origin: string;
  /** The address and the name of a realm, be it the first one or another. */
  at(realm: string): { readonly url: string; readonly realm: string };
  /** Puts a realm's object out of memory; its sockets stay ("hibernate") or are cut without a close frame ("close"). */
  evict(sockets: "hibernate" | "close", realm?: string): Promise<void>;
  /** Every row of every table of a realm's object, as JSON. */
  rows(realm?: string): Promise<string>;
  /** What the Worker and its object wrote to their log. */
  log(): string[];
  close(): Promise<void>;
}

/** A realm as it would stand in wrangler.toml. One that admits anonymous clients and has no roles is open to them. */
export interface RealmVars {
  name: string;
  [setting: string]: unknown;
}

export interface RouterOptions {
  /** Instead of those of wrangler.toml; the first one is served, and evicted, as the default realm. */
  readonly realms?: RealmVars[];
  /** Further variables, as they would stand in wrangler.toml: `ADMIN`, `FRONT_DESK` ... */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** What `wrangler secret put` would have been given, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export async function startRouter({ realms, vars, secrets }: RouterOptions = {}): Promise<Router> {
  // Wrangler reads it when it is loaded: without it, it collects traces of every request.
  process.env.X_LOCAL_OBSERVABILITY = "false";
  const { createTestHarness } = await import("wrangler");
  const harness = createTestHarness({
    workers: [
      {
        configPath: "./wrangler.toml",
        vars: { ...plain(vars ?? {}), ...(realms && { REALMS: plain(realms.map(opened)) }) },
        ...(secrets && { secrets: { ...secrets } }),
      },
    ],
  });
  const { url } = await harness.listen();
  const realm = realms?.[0]?.name ?? "realm1";
  const worker = harness.getWorker("edgebahn");
  const address = `ws://127.0.0.1:${url.port}/ws`;
  return {
    url: address,
    realm,
    origin: `http://127.0.0.1:${url.port}`,
    at: (name) => ({ url: `${address}/${encodeURIComponent(name)}`, realm: name }),
    evict: (webSockets, name = realm) => worker.evictDurableObject("RealmObject", { name, webSockets }),
    rows: async (name = realm) => {
      const storage = await worker.getDurableObjectStorage("RealmObject", { name });
      const tables = await storage.exec(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      );
      const rows = tables.map(({ name }) => storage.exec(`SELECT * FROM "${name}"`));
      return JSON.stringify(await Promise.all(rows), (_, value) => readable(value));
    },
    log: () => harness.getLogs().map(({ message }) => message),
    close: () => harness.close(),
  };
}

function opened(realm: RealmVars): RealmVars {
  return realm.anonymous === undefined || realm.roles !== undefined ? realm : openRealm(realm.name, realm);
}

/** Octets as text, a character for each. */
function readable(value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value;
}

/** The same as JSON, which variables are. */
function plain<T>(value: T) {
  return JSON.parse(JSON.stringify(value));
}

/** A router for all tests of this file, which may refuse what it wants but must never be at fault itself. */
export function routerForThisFile(options: RouterOptions = {}): () => Router {
  let router: Router | undefined;
  beforeAll(async () => {
    router = await startRouter(options);
  });
  afterAll(async () => {
    const faults = router?.log().filter((line) => line.includes('"event":"fault"'));
    await router?.close();
    expect(faults).toEqual([]);
  });
  return () => {
    if (!router) throw new Error("the router runs only while tests do");
    return router;
  };
}
