/**
 * The realm directory: which realms have been used and when, and which were made at run time from which template. One small
 * internal object on itty-durable. No client's request is ever forwarded to it, since its fetch lets a caller reach every
 * method; so that not even a slip could, it answers only what DirectoryCalls names. Its methods await nothing: the
 * library lets those that do run into each other. Each realm is an entry of its own, in place of the whole written anew.
 */
import { createDurable } from "itty-durable";

/** What the directory knows of a realm. Times are milliseconds since 1970. */
export interface RealmEntry {
  readonly name: string;
  /** The template that it was made from; absent where the configuration names the realm. */
  readonly template?: string;
  readonly created: number;
  readonly lastUsed?: number;
}

export type Creation = "created" | "exists" | "full";

/**
 * What the Worker may ask. What is sent travels in a header, so names are percent-encoded there (encodeURIComponent); what
 * comes back does not.
 */
export interface DirectoryCalls {
  /** The realm was used. One that was made at run time and removed since is not entered again. */
  used(realm: string, at: number, configured: boolean): void;
  /** At most `limit` entries whose names are greater than `after`. */
  list(after: string, limit: number): readonly RealmEntry[];
  create(realm: string, template: string, at: number): Creation;
  /** @returns whether there was one made at run time */
  remove(realm: string): boolean;
  find(realm: string): RealmEntry | null;
}

const CALLS: readonly (keyof DirectoryCalls)[] = ["used", "list", "create", "remove", "find"];
const ENTRY = "realm:";
/** Realms that can be made at run time: each could cost an object, and all are in this one's memory. */
export const MOST_REALMS = 10_000;

interface Entries {
  put(key: string, entry: RealmEntry): Promise<void>;
  delete(key: string): Promise<boolean>;
  list(from: { prefix: string }): Promise<Map<string, RealmEntry>>;
}

export class Directory extends createDurable() {
  /** Realm name to its entry. */
  readonly #entries = new Map<string, RealmEntry>();

  override async fetch(request: Request): Promise<Response> {
    const [, kind, action, target] = new URL(request.url).pathname.split("/");
    if (kind !== "do" || action !== "call" || !CALLS.some((call) => call === target)) {
      return new Response("the directory has no such call", { status: 403 });
    }
    return super.fetch(request);
  }

  /** The library calls this once, before the first call, with nothing else going on. */
  override async onLoad(): Promise<void> {
    for (const entry of (await this.#storage.list({ prefix: ENTRY })).values()) {
      this.#entries.set(entry.name, entry);
    }
  }

  used(encoded: string, at: number, configured: boolean): void {
    const name = decodeURIComponent(encoded);
    const before = this.#entries.get(name);
    if (!before && !configured) return;
    this.#put({ ...(before ?? { name, created: at }), lastUsed: at });
  }

  list(encoded: string, limit: number): readonly RealmEntry[] {
    const after = decodeURIComponent(encoded);
    const later = [...this.#entries.values()].filter(({ name }) => name > after);
    return later.sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, limit);
  }

  create(encoded: string, template: string, at: number): Creation {
    const name = decodeURIComponent(encoded);
    const before = this.#entries.get(name);
    if (before?.template !== undefined) return "exists";
    if (this.#entries.size >= MOST_REALMS) return "full";
    this.#put({ name, template: decodeURIComponent(template), created: at });
    return "created";
  }

  remove(encoded: string): boolean {
    const name = decodeURIComponent(encoded);
    if (this.#entries.get(name)?.template === undefined) return false;
    this.#entries.delete(name);
    void this.#storage.delete(ENTRY + name); // the output gate holds the answer back until it is done
    return true;
  }

  find(encoded: string): RealmEntry | null {
    return this.#entries.get(decodeURIComponent(encoded)) ?? null;
  }

  #put(entry: RealmEntry): void {
    this.#entries.set(entry.name, entry);
    void this.#storage.put(ENTRY + entry.name, entry); // as above
  }

  get #storage(): Entries {
    return (this.state as { storage: Entries }).storage; // itty-durable has no type for its state
  }
}
