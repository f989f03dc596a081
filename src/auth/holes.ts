/**
 * The holes in a rule's URI: `{authid}`, `{authrole}` and `{realm}`. Each becomes the session's own value, once: what
 * comes in is never read for holes or for wildcards again.
 *
 * A value that is *odd* opens nothing. An authid or authrole must be exactly one component of a URI, without `*`, `{` and
 * `}`. A realm's name may have several components: the administrator chose it, and no client can. And no value makes a
 * rule reach into `wamp.*` that does not itself say `wamp` (an authid `wamp` would).
 */
import { isReserved, uriFault } from "../wamp/uri.ts";
import type { PermissionRule } from "./permission.ts";

export interface Names {
  readonly authid: string;
  readonly authrole: string;
  readonly realm: string;
}

const HOLE = /\{(authid|authrole|realm)\}/;
const EACH_HOLE = new RegExp(HOLE, "g");

export function hasHole(uri: string): boolean {
  return HOLE.test(uri);
}

/** The rule's URI for a session of these names; undefined where one of them is odd. */
export function filled(uri: string, names: Names): string | undefined {
  let odd = false;
  const text = uri.replace(EACH_HOLE, (_, name: keyof Names) => {
    odd ||= isOdd(name, names[name]);
    return names[name];
  });
  return odd || (isReserved(text) && !isReserved(uri)) ? undefined : text;
}

/** The texts between the holes, of which there is one more than there are holes. */
export function betweenHoles(uri: string): string[] {
  return uri.split(/\{(?:authid|authrole|realm)\}/);
}

/**
 * Whether it is a prefix that ends within the component of a hole, as `dev.{authid}` does: by characters it would also
 * match what belongs to everybody whose authid begins with this one.
 */
export function endsInHole({ uri, match }: PermissionRule): boolean {
  return match === "prefix" && hasHole(uri) && betweenHoles(uri).at(-1)?.includes(".") === false;
}

function isOdd(name: keyof Names, value: string): boolean {
  if (uriFault(value) !== undefined || /[*{}]/.test(value)) return true;
  return name !== "realm" && value.includes(".");
}
