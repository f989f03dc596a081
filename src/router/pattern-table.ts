/**
 * URIs and URI patterns, each with its value, found by the URI that they match. The cost of a look-up grows with the
 * length of the URI and with how many patterns match it, never with how many there are (goals B8, B9): exact URIs are
 * hashed, prefixes stand in a radix tree by character, wildcards in a tree by component.
 */
import type { MatchPolicy } from "../wamp/uri.ts";
import { PrefixTree } from "./prefix-tree.ts";
import { WildcardTree } from "./wildcard-tree.ts";

/** The patterns of one match policy. */
interface OnePolicy<T> {
  get(uri: string): T | undefined;
  set(uri: string, value: T): void;
  delete(uri: string): void;
}

export class PatternTable<T> {
  /** URI to value. */
  readonly #exact = new Map<string, T>();
  readonly #prefix = new PrefixTree<T>();
  readonly #wildcard = new WildcardTree<T>();

  get(match: MatchPolicy, uri: string): T | undefined {
    return this.#of(match).get(uri);
  }

  set(match: MatchPolicy, uri: string, value: T): void {
    this.#of(match).set(uri, value);
  }

  delete(match: MatchPolicy, uri: string): void {
    this.#of(match).delete(uri);
  }

  /** Every value whose URI or pattern matches `uri`: the exact one, prefixes from short to long, wildcards. */
  matching(uri: string): readonly T[] {
    const exact = this.#exact.get(uri);
    const found: T[] = exact === undefined ? [] : [exact];
    if (this.#prefix.size > 0) this.#prefix.matching(uri, found);
    if (this.#wildcard.size > 0) this.#wildcard.matching(uri, found);
    return found;
  }

  /** The one value that a call goes to: exact, else the longest prefix, else the best wildcard (PBR-04..07). */
  best(uri: string): T | undefined {
    return this.#exact.get(uri) ?? this.#prefix.longest(uri) ?? this.#wildcard.best(uri);
  }

  #of(match: MatchPolicy): OnePolicy<T> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }
}
