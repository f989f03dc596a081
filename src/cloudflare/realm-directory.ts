/**
 * The Worker's way to the directory. It remembers for a while what it was told, so that neither a busy realm nor a stranger
 * who tries names costs a call to that one object each time. What it remembers lives and dies with the isolate.
 */
import { proxyDurable } from "itty-durable";
import { isReserved, uriFault } from "../wamp/uri.ts";
import type { Creation, DirectoryCalls, RealmEntry } from "./directory.ts";
import { logLine } from "./log-line.ts";

/** Characters: the name is the object's name and part of an address. */
export const MAX_NAME = 128;
/** Milliseconds between two notes that the same realm is used. */
const USED_EVERY = 60_000;
/** Milliseconds for which an answer holds: a realm that somebody made or removed elsewhere is noticed so much later. */
const KNOWN_FOR = 10_000;
/** Names looked up in a second that were not found: what strangers who try names may cost the one object. */
const MOST_MISSES = 20;
const SECOND = 1_000;
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

/**
 * What strangers asked for and was not found, or is not yet found, in the second that began then. Names, not look-ups: a
 * fleet may come back to one realm all at once.
 */
let misses = { begun: 0, names: new Set<string>() };

/** Too many ask for realms that there are not: nothing can be said of this one now. */
export class DirectoryBusy extends Error {
  override readonly name = "DirectoryBusy";
}

export class RealmDirectory {
  readonly #namespace: Env["DIRECTORY"];
  readonly #now: () => number;

  constructor(namespace: Env["DIRECTORY"], now = Date.now) {
    this.#namespace = namespace;
    this.#now = now;
  }

  /** Made when it is needed, which for most upgrades is never. */
  get #remote(): Remote {
    // Every property of this proxy is a remote method, `then` too: it must never be awaited itself.
    return proxyDurable(this.#namespace, { name: "directory", parse: true }).get("directory") as Remote;
  }

  /**
   * Notes that the realm is used: once a minute and isolate, else undefined. Never rejects: what cannot be noted keeps
   * nobody out.
   * @param configured whether the configuration names it
   */
  note(realm: string, configured: boolean): Promise<void> | undefined {
    const now = this.#now();
    if (now - (noted.get(realm) ?? Number.NEGATIVE_INFINITY) < USED_EVERY) return undefined;
    remember(noted, realm, now);
    return this.#used(realm, now, configured);
  }

  async #used(realm: string, now: number, configured: boolean): Promise<void> {
    try {
      await this.#remote.used(encodeURIComponent(realm), now, configured);
    } catch (error) {
      console.warn(logLine({ event: "directory_failed", realm, error: String(error) }));
    }
  }

  /** The template of a realm that was made at run time; undefined where there is none of that name. */
  async templateOf(realm: string): Promise<string | undefined> {
    if (realmNameFault(realm) !== undefined) return undefined; // a stranger's text goes no further
    const now = this.#now();
    const before = known.get(realm);
    if (before && before.until > now) {
      remember(known, realm, before); // whatever is in use is not what goes first
      return before.template;
    }
    const template = (await this.find(realm))?.template;
    remember(known, realm, { template, until: now + KNOWN_FOR });
    return template;
  }

  /** The same for whoever is not known yet. @throws DirectoryBusy where too much was asked for in vain */
  async templateForStranger(realm: string): Promise<string | undefined> {
    const now = this.#now();
    if ((known.get(realm)?.until ?? 0) > now || realmNameFault(realm) !== undefined)
      return this.templateOf(realm);
    if (Math.abs(now - misses.begun) >= SECOND) misses = { begun: now, names: new Set() };
    const { names } = misses;
    if (names.size >= MOST_MISSES && !names.has(realm))
      throw new DirectoryBusy("too many ask for realms that there are not: try again in a second");
    names.add(realm); // before it is known, for many may come at once
    const template = await this.templateOf(realm);
    if (template !== undefined) names.delete(realm);
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
