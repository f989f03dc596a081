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

/** `A` is what is told of a value: where values are spread over memory, a small piece made when it is first asked for. */
export class PatternTable<T extends UriPattern, A = T> {
  readonly #answer: (value: T) => A;
  /** URI to value. */
  readonly #exact = new Map<string, T>();
  readonly #prefix: PrefixTable<T>;
  readonly #wildcard: WildcardTable<T>;

  readonly #recentMatching = new Recent<readonly A[]>();
  readonly #recentBest = new Recent<A>();

  /**
   * @param key a random integer in 1..2^53, so that nobody can make patterns that look alike to the table
   * @param answer gives the same piece for the same value at every time; left out where `A` is `T`
   */
  constructor(key = 1, answer: (value: T) => A = itself) {
    this.#answer = answer;
    const hash = new KeyedHash(key);
    this.#prefix = new PrefixTable(hash);
    this.#wildcard = new WildcardTable(hash);
  }

  get(match: MatchPolicy, uri: string): T | undefined {
    return this.#of(match).get(uri);
  }

  /** Puts the value where its URI and policy say, in place of another one that stood there. */
  set(value: T): void {
    this.#outdate(value);
    if (value.match === "exact") this.#exact.set(value.uri, value);
    else if (value.match === "prefix") this.#prefix.set(value);
    else this.#wildcard.set(value);
  }

  delete(match: MatchPolicy, uri: string): void {
    this.#outdate({ match, uri });
    this.#of(match).delete(uri);
  }

  /** Every value whose URI or pattern matches `uri`: the exact one, prefixes from short to long, wildcards best first. */
  matching(uri: string): readonly A[] {
    const known = this.#recentMatching.get(uri);
    if (known) return known;
    const exact = this.#exact.get(uri);
    const found: T[] = exact === undefined ? [] : [exact];
    if (this.#prefix.size > 0) this.#prefix.matching(uri, found);
    if (this.#wildcard.size > 0) this.#wildcard.matching(uri, found);
    const answers = found.map(this.#answer);
    if (answers.length <= FEW) this.#recentMatching.set(uri, answers);
    return answers;
  }

  /** The one value that a call goes to: exact, else the longest prefix, else the best wildcard (PBR-04..07). */
  best(uri: string): A | undefined {
    const known = this.#recentBest.get(uri);
    if (known) return known;
    const best = this.#exact.get(uri) ?? this.#prefix.longest(uri) ?? this.#wildcard.best(uri);
    if (!best) return undefined;
    const answer = this.#answer(best);
    this.#recentBest.set(uri, answer);
    return answer;
  }

  /** A change of what is exact is one of a single URI's answer. */
  #outdate({ match, uri }: UriPattern): void {
    for (const recent of [this.#recentMatching, this.#recentBest]) {
      if (match === "exact") recent.forget(uri);
      else recent.outdate();
    }
  }

  #of(match: MatchPolicy): OnePolicy<T> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }
}

function itself<T, A>(value: T): A {
  return value as unknown as A; // said to be one where no other answer is given
}
