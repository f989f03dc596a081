/**
 * URIs and URI patterns, each with its value, found by the URI that they match. The cost of a look-up grows with the
 * length of the URI and with how many patterns match it, hardly with how many there are (goals B8, B9) and never with how
 * they were made (S14): everything is hashed, prefixes at each length that occurs, wildcards at each set of places.
 */
import type { MatchPolicy } from "../wamp/uri.ts";
import { KeyedHash } from "./keyed-hash.ts";
import { PrefixTable } from "./prefix-table.ts";
import { Recent } from "./recent.ts";
import type { UriPattern } from "./settings.ts";
import { WildcardTable } from "./wildcard-table.ts";

/** More matches than these are found anew each time: what is remembered must stay small. */
const FEW = 8;

/** The patterns of one match policy. */
interface OnePolicy<T> {
  get(uri: string): T | undefined;
  delete(uri: string): void;
}

export class PatternTable<T extends UriPattern> {
  /** URI to value. */
  readonly #exact = new Map<string, T>();
  readonly #prefix: PrefixTable<T>;
  readonly #wildcard: WildcardTable<T>;

  readonly #recentMatching = new Recent<readonly T[]>();
  readonly #recentBest = new Recent<T>();

  /** @param key a random integer in 1..2^53, so that nobody can make patterns that look alike to the table */
  constructor(key = 1) {
    const hash = new KeyedHash(key);
    this.#prefix = new PrefixTable(hash);
    this.#wildcard = new WildcardTable(hash);
  }

  get(match: MatchPolicy, uri: string): T | undefined {
    return this.#of(match).get(uri);
  }

  /** Puts the value where its URI and policy say, in place of another one that stood there. */
  set(value: T): void {
    this.#outdate();
    if (value.match === "exact") this.#exact.set(value.uri, value);
    else if (value.match === "prefix") this.#prefix.set(value);
    else this.#wildcard.set(value);
  }

  delete(match: MatchPolicy, uri: string): void {
    this.#outdate();
    this.#of(match).delete(uri);
  }

  /** Every value whose URI or pattern matches `uri`: the exact one, prefixes from short to long, wildcards best first. */
  matching(uri: string): readonly T[] {
    const known = this.#recentMatching.get(uri);
    if (known) return known;
    const exact = this.#exact.get(uri);
    const found: T[] = exact === undefined ? [] : [exact];
    if (this.#prefix.size > 0) this.#prefix.matching(uri, found);
    if (this.#wildcard.size > 0) this.#wildcard.matching(uri, found);
    if (found.length <= FEW) this.#recentMatching.set(uri, found);
    return found;
  }

  /** The one value that a call goes to: exact, else the longest prefix, else the best wildcard (PBR-04..07). */
  best(uri: string): T | undefined {
    const known = this.#recentBest.get(uri);
    if (known) return known;
    const best = this.#exact.get(uri) ?? this.#prefix.longest(uri) ?? this.#wildcard.best(uri);
    if (best) this.#recentBest.set(uri, best);
    return best;
  }

  #outdate(): void {
    this.#recentMatching.outdate();
    this.#recentBest.outdate();
  }

  #of(match: MatchPolicy): OnePolicy<T> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }
}
