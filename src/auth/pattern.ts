/**
 * The sets of URIs that rules and requests are about: whether one contains the other, and whether they meet. `covers`
 * never says yes wrongly, `meets` never says no wrongly; components of URIs are never empty (URI-03), so that an empty
 * one in a wildcard pattern stands for exactly one of any kind.
 */
import type { Match, Wish } from "./permission.ts";

/** Which URIs a rule is about. */
export type Pattern =
  | { readonly kind: "exact" | "prefix"; readonly uri: string; readonly components: readonly string[] }
  | { readonly kind: "wildcard"; readonly components: readonly string[] }
  /** `uri` itself and what is below it: `below` is `uri` with a dot. */
  | { readonly kind: "branch"; readonly uri: string; readonly below: string }
  /** `parts` in this order, with any text between them, and after the last if it is `open`. */
  | { readonly kind: "parts"; readonly parts: readonly string[]; readonly open: boolean };

export function patternOf(uri: string, match: Match): Pattern {
  const components = uri.split(".");
  return match === "wildcard" ? { kind: match, components } : { kind: match, uri, components };
}

/** A wish's URI or pattern, with what is looked at again and again. */
export class Asked {
  readonly uri: string;
  readonly match: Match;
  /** It matches one URI only: itself. */
  readonly single: boolean;
  /** What everything that it matches begins with. */
  readonly head: string;
  #components: readonly string[] | undefined;

  constructor({ uri, match }: Pick<Wish, "uri" | "match">) {
    this.uri = uri;
    this.match = match;
    this.head = match === "wildcard" ? uri.slice(0, wildcardAt(uri)) : uri;
    this.single = match === "exact" || (match === "wildcard" && wildcardAt(uri) === undefined);
  }

  get components(): readonly string[] {
    this.#components ??= this.uri.split(".");
    return this.#components;
  }
}

/** Whether everything that was asked for is in the pattern. For a single URI: whether the pattern matches it. */
export function covers(pattern: Pattern, asked: Asked): boolean {
  switch (pattern.kind) {
    case "exact":
      return asked.single && asked.uri === pattern.uri;
    case "prefix":
      return asked.head.startsWith(pattern.uri);
    case "branch":
      return asked.head.startsWith(pattern.below) || (asked.single && asked.uri === pattern.uri);
    case "wildcard":
      // A prefix matches URIs of any number of components, a wildcard pattern those of one number.
      return asked.match !== "prefix" && containsEach(pattern.components, asked.components);
    case "parts":
      return asked.single && inOrder(pattern, asked.uri);
  }
}

/** Whether some URI is in the pattern and in the pattern that was asked for. May say yes where none is. */
export function meets(pattern: Pattern, asked: Asked): boolean {
  const wide = asked.match === "prefix";
  switch (pattern.kind) {
    case "exact":
      return wide ? pattern.uri.startsWith(asked.uri) : containsEach(asked.components, pattern.components);
    case "prefix":
      return wide ? agree(pattern.uri, asked.uri) : reaches(pattern.components, asked.components);
    case "wildcard":
      return wide
        ? reaches(asked.components, pattern.components)
        : meetsEach(pattern.components, asked.components);
    case "branch":
      return agree(pattern.uri, asked.head);
    case "parts":
      return agree(pattern.parts[0] ?? "", asked.head);
  }
}

/** Where the first empty component of a wildcard pattern stands, in characters; undefined where there is none. */
function wildcardAt(uri: string): number | undefined {
  if (uri === "" || uri.startsWith(".")) return 0;
  const inside = uri.indexOf("..");
  if (inside >= 0) return inside + 1;
  return uri.endsWith(".") ? uri.length : undefined;
}

/** Whether one text begins with the other. */
function agree(a: string, b: string): boolean {
  return a.length < b.length ? b.startsWith(a) : a.startsWith(b);
}

/** Whether the wildcard pattern `outer` contains `inner`, a URI or another. */
function containsEach(outer: readonly string[], inner: readonly string[]): boolean {
  if (outer.length !== inner.length) return false;
  for (let at = 0; at < outer.length; at++) {
    if (outer[at] !== "" && outer[at] !== inner[at]) return false;
  }
  return true;
}

function meetsEach(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  return one.every((component, at) => component === "" || other[at] === "" || component === other[at]);
}

/** Whether something that the wildcard pattern matches begins with the prefix, whose last component may be cut short. */
function reaches(prefix: readonly string[], wildcard: readonly string[]): boolean {
  if (prefix.length > wildcard.length) return false;
  const last = prefix.length - 1;
  return prefix.every((component, at) => {
    const other = wildcard[at] ?? "";
    return other === "" || (at === last ? other.startsWith(component) : other === component);
  });
}

/** Each part is looked for behind the one before it, as near as can be: linear, and right since only texts lie between. */
function inOrder({ parts, open }: Extract<Pattern, { kind: "parts" }>, uri: string): boolean {
  const [first = "", ...others] = parts;
  if (!uri.startsWith(first)) return false;
  let from = first.length;
  const last = open ? undefined : (others.pop() ?? "");
  for (const part of others) {
    const at = uri.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return last === undefined || (uri.length - last.length >= from && uri.endsWith(last));
}
