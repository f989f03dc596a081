/**
 * How often somebody may guess: failed sign-ins of the last minute for each name at each address, and for each address
 * (S6). Whoever has used them up is refused without being judged, whether or not the name exists. What is being judged
 * counts as failed until it has not, so that guesses made at once are no more than guesses made in turn.
 */
import type { Maybe } from "../auth/method.ts";
import { saslprep } from "../auth/saslprep.ts";
import { Refusal } from "../wamp/error.ts";

/** Where failures are kept: they must survive sleep, or sleep would be a way to guess again. */
export interface AttemptStore {
  /** When the latest failures under this key were, oldest first, in milliseconds since 1970; undefined: none are known. */
  get(key: string): readonly number[] | undefined;
  put(key: string, failures: readonly number[]): void;
  /** Forgets the keys whose latest failure was before `before`, and the oldest of what is more than `most`. */
  prune(before: number, most: number): void;
}

export interface AttemptSettings {
  /** Failures a minute of one name at one address. */
  readonly perName: number;
  /** Failures a minute of one address. */
  readonly perAddress: number;
  /** Keys that are kept. */
  readonly keys: number;
}

export const DEFAULT_ATTEMPT_SETTINGS: AttemptSettings = { perName: 10, perAddress: 100, keys: 20_000 };

export interface Who {
  readonly authid: string | undefined;
  /** Those whose address is not known share one. */
  readonly address: string | undefined;
}

const WINDOW = 60_000;
/** Failures after which what is forgotten is looked for; also at the first. */
const PRUNE_EVERY = 100;
/** Characters of an authid that count: it is a stranger's text and stands in a row. */
const MOST_OF_AUTHID = 256;
const COUNTED: ReadonlySet<string> = new Set([
  "wamp.error.authentication_denied",
  "wamp.error.no_such_principal",
]);

interface Limit {
  readonly key: string;
  readonly most: number;
  readonly what: string;
}

/** Key to the failures of the last minute. */
type Recent = (key: string) => readonly number[];

/** A sign-in that may be judged as soon as enough of those before it have been. */
interface Waiting {
  readonly limits: readonly Limit[];
  readonly go: () => void;
  readonly refuse: (refusal: Refusal) => void;
}

export class Attempts {
  readonly #store: AttemptStore;
  readonly #settings: AttemptSettings;
  readonly #now: () => number;
  /** Key to how many sign-ins are being judged. */
  readonly #judged = new Map<string, number>();
  /** Address key to those who wait, in order. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #failures = 0;

  /** @param now milliseconds since 1970 */
  constructor(store: AttemptStore, settings: AttemptSettings, now: () => number) {
    this.#store = store;
    this.#settings = settings;
    this.#now = now;
  }

  /**
   * Judges a sign-in, unless too many failed: `judge` then is not called. It may have to wait for others from the same
   * address that are being judged. @throws Refusal authentication_denied naming the limit and when to try again, and
   * whatever `judge` throws
   */
  judge<T>(who: Who, judge: () => Maybe<T>): Maybe<T> {
    const limits = this.#limitsOf(who);
    const recent = remembering((key) => this.#recent(key)); // which is a row each
    const refusal = this.#refusal(limits, recent);
    if (refusal) throw refusal;
    if (!this.#isFree(limits, recent)) return this.#wait(limits).then(() => this.#counted(limits, judge));
    this.#hold(limits);
    return this.#counted(limits, judge);
  }

  /** What is held is given back when it is known how it went. */
  #counted<T>(limits: readonly Limit[], judge: () => Maybe<T>): Maybe<T> {
    let judged: Maybe<T>;
    try {
      judged = judge();
    } catch (error) {
      this.#ended(limits, error);
      throw error;
    }
    if (!(judged instanceof Promise)) {
      this.#ended(limits, undefined);
      return judged;
    }
    return judged.then(
      (verdict) => {
        this.#ended(limits, undefined);
        return verdict;
      },
      (error: unknown) => {
        this.#ended(limits, error);
        throw error;
      },
    );
  }

  /** Should a failure not be writable, what is held stays held: nobody guesses on because the store is broken. */
  #ended(limits: readonly Limit[], error: unknown): void {
    if (error instanceof Refusal && COUNTED.has(error.reason)) this.#failed(limits);
    for (const { key } of limits) {
      const left = (this.#judged.get(key) ?? 0) - 1;
      if (left > 0) this.#judged.set(key, left);
      else this.#judged.delete(key);
    }
    this.#admitWaiting(limits);
  }

  #failed(limits: readonly Limit[]): void {
    const now = this.#now();
    if (this.#failures++ % PRUNE_EVERY === 0) this.#store.prune(now - WINDOW, this.#settings.keys);
    // Never more than the limit: no more than that are judged.
    for (const { key } of limits) this.#store.put(key, [...this.#recent(key), now]);
  }

  #wait(limits: readonly Limit[]): Promise<void> {
    const { key } = addressOf(limits);
    return new Promise((go, refuse) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      waiting.add({ limits, go, refuse });
      this.#waiting.set(key, waiting);
    });
  }

  /** Whoever waits has a turn as soon as there is one, or is refused as soon as there will be none. */
  #admitWaiting(freed: readonly Limit[]): void {
    const address = addressOf(freed);
    const waiting = this.#waiting.get(address.key);
    if (!waiting) return;
    const recent = remembering((key: string) => this.#recent(key)); // thousands may wait for one name
    for (const each of waiting) {
      const refusal = this.#refusal(each.limits, recent);
      if (!refusal && !this.#isFree([address], recent)) break;
      if (!refusal && !this.#isFree(each.limits, recent)) continue;
      waiting.delete(each);
      if (refusal) each.refuse(refusal);
      else {
        this.#hold(each.limits);
        each.go();
      }
    }
    if (waiting.size === 0) this.#waiting.delete(address.key);
  }

  #hold(limits: readonly Limit[]): void {
    for (const { key } of limits) this.#judged.set(key, (this.#judged.get(key) ?? 0) + 1);
  }

  #isFree(limits: readonly Limit[], recent: Recent): boolean {
    return limits.every(({ key, most }) => recent(key).length + (this.#judged.get(key) ?? 0) < most);
  }

  /** AUT-08: the same words whether or not there is somebody of that name. */
  #refusal(limits: readonly Limit[], recent: Recent): Refusal | undefined {
    for (const { key, most, what } of limits) {
      const failures = recent(key);
      const oldest = failures[failures.length - most];
      if (oldest === undefined) continue;
      const seconds = Math.ceil((oldest + WINDOW - this.#now()) / 1_000);
      const text = `the limit of failed sign-ins a minute ${what} is ${most}: try again in ${seconds} s`;
      return new Refusal("wamp.error.authentication_denied", text);
    }
    return undefined;
  }

  #recent(key: string): readonly number[] {
    const since = this.#now() - WINDOW;
    return this.#store.get(key)?.filter((at) => at > since) ?? [];
  }

  /** Those who name nobody are many, or one by another name each: only the address bounds them. */
  #limitsOf({ authid, address = "" }: Who): readonly Limit[] {
    const { perName, perAddress } = this.#settings;
    const all = { key: JSON.stringify([address]), most: perAddress, what: "of one address" };
    if (!authid) return [all];
    const name = prepared(authid).slice(0, MOST_OF_AUTHID);
    return [{ key: JSON.stringify([address, name]), most: perName, what: "of one name at one address" }, all];
  }
}

/** One principal has one name here, however it is spelled: SCRAM looks it up by this form. */
function prepared(authid: string): string {
  try {
    return saslprep(authid);
  } catch (error) {
    if (error instanceof RangeError) return authid; // nobody is found by it
    throw error;
  }
}

function remembering(read: Recent): Recent {
  const known = new Map<string, readonly number[]>();
  return (key) => {
    const found = known.get(key) ?? read(key);
    known.set(key, found);
    return found;
  };
}

function addressOf(limits: readonly Limit[]): Limit {
  const address = limits.at(-1);
  if (!address) throw new Error("a sign-in without limits");
  return address;
}
