/**
 * The real router for stock clients: wrangler's bundle of src/worker.ts in workerd, on a free port of 127.0.0.1, with
 * storage of its own. One for each test file; closed with everything that runs in it.
 */
import { afterAll, beforeAll, expect } from "vitest";

export interface Router {
  /** The address that tutorials call ws://localhost:8080/ws. */
  readonly url: string;
  readonly realm: string;
  /** Puts the realm object out of memory; its sockets stay ("hibernate") or are cut without a close frame ("close"). */
  evict(sockets: "hibernate" | "close"): Promise<void>;
  /** What the Worker and its object wrote to their log. */
  log(): string[];
  close(): Promise<void>;
}

/** A realm as it would stand in wrangler.toml. */
export interface RealmVars {
  name: string;
  [setting: string]: string | number | boolean | Record<string, string | number>[];
}

export interface RouterOptions {
  /** Instead of those of wrangler.toml; the first one is served, and evicted, as the default realm. */
  readonly realms?: RealmVars[];
}

export async function startRouter({ realms }: RouterOptions = {}): Promise<Router> {
  // Wrangler reads it when it is loaded: without it, it collects traces of every request.
  process.env.X_LOCAL_OBSERVABILITY = "false";
  const { createTestHarness } = await import("wrangler");
  const vars = realms && { vars: { REALMS: realms } };
  const harness = createTestHarness({ workers: [{ configPath: "./wrangler.toml", ...vars }] });
  const { url } = await harness.listen();
  const realm = realms?.[0]?.name ?? "realm1";
  return {
    url: `ws://127.0.0.1:${url.port}/ws`,
    realm,
    evict: (webSockets) =>
      harness.getWorker("edgebahn").evictDurableObject("RealmObject", { name: realm, webSockets }),
    log: () => harness.getLogs().map(({ message }) => message),
    close: () => harness.close(),
  };
}

/** A router for all tests of this file, which may refuse what it wants but must never be at fault itself. */
export function routerForThisFile(options: RouterOptions = {}): () => Router {
  let router: Router | undefined;
  beforeAll(async () => {
    router = await startRouter(options);
  });
  afterAll(async () => {
    const faults = router?.log().filter((line) => line.includes('"fault"'));
    await router?.close();
    expect(faults).toEqual([]);
  });
  return () => {
    if (!router) throw new Error("the router runs only while tests do");
    return router;
  };
}
