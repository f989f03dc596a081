/**
 * The Worker's way to the directory. It remembers for a while what it was told, so that neither a busy realm nor a stranger
 * who tries names costs a call to that one object each time. What it remembers lives and dies with the isolate.
 */
import { proxyDurable } from "itty-durable";
import { isReserved, uriFault } from "../wamp/uri.ts";
import type { Creation, DirectoryCalls, RealmEntry } from "./directory.ts";

/** Characters: the name is the object's name and part of an address. */
export const MAX_NAME = 128;
/** Milliseconds between two notes that the same realm is used. */
const USED_EVERY = 60_000;
/** Milliseconds for which an answer holds: a realm that somebody made or removed elsewhere is noticed so much later. */
const KNOWN_FOR = 10_000;
/** Names remembered; the oldest go first. */
const MOST_KNOWN = 10_000;

type Remote = {
  readonly [Call in keyof DirectoryCalls]: (
    ...args: Parameters<DirectoryCalls[Call]>
  ) => Promise<ReturnType<DirectoryCalls[Call]>>;
};

/** Realm to when it was last noted as used, and to its template if it was made at run time. */
const noted = new Map<string, number>();
const known = new Map<string, { readonly template: string | undefined; readonly until: number }>();

export class RealmDirectory {
  readonly #remote: Remote;
  readonly #now: () => number;

  constructor(namespace: Env["DIRECTORY"], now = Date.now) {
    // Every property of this proxy is a remote method, `then` too: it must never be awaited itself.
    this.#remote = proxyDurable(namespace, { name: "directory", parse: true }).get("directory") as Remote;
    this.#now = now;
  }

  /**
   * Notes that the realm is used: once a minute and isolate. Never rejects: what cannot be noted keeps nobody out.
   * @param configured whether the configuration names it
   */
  async note(realm: string, configured: boolean): Promise<void> {
    const now = this.#now();
    if (now - (noted.get(realm) ?? Number.NEGATIVE_INFINITY) < USED_EVERY) return;
    remember(noted, realm, now);
    try {
      await this.#remote.used(encodeURIComponent(realm), now, configured);
    } catch (error) {
      console.warn(JSON.stringify({ event: "directory_failed", realm, error: String(error) }));
    }
  }

  /** The template of a realm that was made at run time; undefined where there is none of that name. */
  async templateOf(realm: string): Promise<string | undefined> {
    if (realmNameFault(realm) !== undefined) return undefined; // a stranger's text goes no further
    const now = this.#now();
    const before = known.get(realm);
    if (before && before.until > now) return before.template;
    const template = (await this.find(realm))?.template;
    remember(known, realm, { template, until: now + KNOWN_FOR });
    return template;
  }

  async find(realm: string): Promise<RealmEntry | undefined> {
    return (await this.#remote.find(encodeURIComponent(realm))) ?? undefined;
  }

  list(after: string, limit: number): Promise<readonly RealmEntry[]> {
    return this.#remote.list(encodeURIComponent(after), limit);
  }

  async create(realm: string, template: string): Promise<Creation> {
    const creation = await this.#remote.create(
      encodeURIComponent(realm),
      encodeURIComponent(template),
      this.#now(),
    );
    known.delete(realm);
    return creation;
  }

  async remove(realm: string): Promise<boolean> {
    const removed = await this.#remote.remove(encodeURIComponent(realm));
    known.delete(realm);
    return removed;
  }
}

/** Why no realm can be made of this name; undefined where one can. */
export function realmNameFault(name: string): string | undefined {
  if (name.length > MAX_NAME) return `is longer than ${MAX_NAME} characters`;
  if (isReserved(name)) return "begins with wamp, which is the router's own space";
  return uriFault(name);
}

function remember<T>(names: Map<string, T>, name: string, what: T): void {
  names.delete(name);
  names.set(name, what);
  const [oldest] = names.keys();
  if (names.size > MOST_KNOWN && oldest !== undefined) names.delete(oldest);
}
