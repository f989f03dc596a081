/**
 * URIs: topics, procedures, errors, reasons, realms. Applies the grammar to the whole string (URI-09), in linear time
 * (URI-20): every class below excludes the dot, so no expression can backtrack. Compared octet by octet (URI-17).
 */

export type MatchPolicy = "exact" | "prefix" | "wildcard";

/** Which grammar a realm applies: `loose` (default) or `strict`, which allows only 0-9, a-z and _ (URI-02). */
export type UriRule = "loose" | "strict";

export const MAX_URI_LENGTH = 256;
export const MAX_URI_COMPONENTS = 32;

// Unicode White_Space (URI-10), '#' and '.', and control characters, which have broken other brokers' line protocols.
const L = "[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000#.]";
const S = "[0-9a-z_]";

function grammar(component: string): Record<MatchPolicy, RegExp> {
  return {
    exact: new RegExp(`^(?:${component}+\\.)*${component}+$`),
    prefix: new RegExp(`^(?:${component}+\\.)*${component}*$`),
    wildcard: new RegExp(`^(?:${component}*\\.)*${component}*$`),
  };
}

/** Exact URIs that were found to be right, by rule: the same few are used again and again. */
const RIGHT: Record<UriRule, Set<string>> = { loose: new Set(), strict: new Set() };
const MOST_RIGHT = 1_024;
/** So many others come before these make room: where more are in use, keeping all of them would cost more than looking. */
const PATIENCE = 16 * MOST_RIGHT;
let passedOver = 0;

const GRAMMAR: Record<UriRule, Record<MatchPolicy, RegExp>> = { loose: grammar(L), strict: grammar(S) };

/** Why `uri` is not one, or undefined if it is. A pattern is judged by its own policy (URI-03, URI-04, URI-05). */
export function uriFault(
  uri: string,
  match: MatchPolicy = "exact",
  rule: UriRule = "loose",
): string | undefined {
  if (match !== "exact") return faultOf(uri, match, rule);
  const right = RIGHT[rule];
  if (right.has(uri)) return undefined;
  const fault = isPlain(uri, rule) ? undefined : faultOf(uri, match, rule);
  if (fault !== undefined) return fault;
  if (right.size >= MOST_RIGHT) {
    if (++passedOver < PATIENCE) return undefined;
    passedOver = 0;
    right.clear();
  }
  // A text of its own: a piece of a frame would keep all of the frame.
  right.add(JSON.parse(JSON.stringify(uri)) as string);
  return undefined;
}

/** What the characters of plain URIs are: in either rule's components, in loose ones only, or a dot. */
const [STRICT, LOOSE, DOT] = [1, 2, 3];
const KINDS = new Uint8Array(128);
for (const each of "0123456789abcdefghijklmnopqrstuvwxyz_") KINDS[each.charCodeAt(0)] = STRICT;
for (const each of "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") KINDS[each.charCodeAt(0)] = LOOSE;
KINDS[".".charCodeAt(0)] = DOT;

/** Whether it is an exact URI of letters, digits, `_` and `-`, as nearly all are. Of others it says nothing. */
function isPlain(uri: string, rule: UriRule): boolean {
  if (uri.length > MAX_URI_LENGTH) return false;
  let dots = 0;
  let before = DOT;
  for (let at = 0; at < uri.length; at++) {
    const kind = KINDS[uri.charCodeAt(at)] ?? 0;
    if (kind === 0 || (kind === LOOSE && rule === "strict")) return false;
    if (kind === DOT) {
      if (before === DOT) return false;
      dots++;
    }
    before = kind;
  }
  return before !== DOT && dots < MAX_URI_COMPONENTS;
}

function faultOf(uri: string, match: MatchPolicy, rule: UriRule): string | undefined {
  if (uri.length > MAX_URI_LENGTH) return `is longer than ${MAX_URI_LENGTH} characters`;
  if (!GRAMMAR[rule][match].test(uri) || !uri.isWellFormed()) {
    const kind = match === "exact" ? "URI" : `${match} pattern`;
    return rule === "strict"
      ? `is not a ${kind} under this realm's strict rule: components of 0-9, a-z and _ joined by single dots`
      : `is not a ${kind}: components joined by single dots, without white space, control characters or '#'`;
  }
  if (components(uri) > MAX_URI_COMPONENTS) return `has more than ${MAX_URI_COMPONENTS} components`;
  return undefined;
}

/** True where the first component is `wamp`: the router's own space (URI-11, URI-12). */
export function isReserved(uri: string): boolean {
  return uri.startsWith("wamp") && (uri.length === 4 || uri[4] === ".");
}

/** The same for `edgebahn`: what this router serves besides what the specification names. */
export function isOurs(uri: string): boolean {
  return uri.startsWith("edgebahn") && (uri.length === 8 || uri[8] === ".");
}

/** Whether a URI or pattern matches `uri`; for the few patterns of a configuration. Clients' patterns are in a table. */
export function matches(pattern: string, match: MatchPolicy, uri: string): boolean {
  if (match === "exact") return pattern === uri;
  if (match === "prefix") return uri.startsWith(pattern);
  const [wanted, given] = [pattern.split("."), uri.split(".")];
  return wanted.length === given.length && wanted.every((each, at) => each === "" || each === given[at]);
}

function components(uri: string): number {
  let count = 1;
  for (let at = uri.indexOf("."); at >= 0; at = uri.indexOf(".", at + 1)) count++;
  return count;
}
