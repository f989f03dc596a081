/** URIs, patterns and rights, as the requirements word them (sections 4, 6.4, 8.7, 10). Slow and plain. */
import { type Action, POLICIES, type Rule } from "../premises.ts";
import type { Match, Member, World } from "../world.ts";

/** URI-01, URI-04, URI-05. */
export function isUri(uri: string, match: Match): boolean {
  if (/[\s#]/.test(uri)) return false;
  const parts = uri.split(".");
  if (match === "wildcard") return true;
  return parts.every((part, at) => part !== "" || (match === "prefix" && at === parts.length - 1));
}

/** URI-11: the first component is `wamp`. */
export function isReserved(uri: string): boolean {
  return uri.split(".")[0] === "wamp";
}

/** PBS-01, PBS-02. */
export function matches(pattern: string, match: Match, uri: string): boolean {
  if (match === "exact") return pattern === uri;
  if (match === "prefix") return uri.slice(0, pattern.length) === pattern;
  const wanted = pattern.split(".");
  const given = uri.split(".");
  return wanted.length === given.length && wanted.every((part, at) => part === "" || part === given[at]);
}

/** PBR-04..07: -1 where `a` is the better of two that match the same URI. */
export function better(a: { uri: string; match: Match }, b: { uri: string; match: Match }): number {
  const rank = { exact: 0, prefix: 1, wildcard: 2 };
  if (a.match !== b.match) return rank[a.match] - rank[b.match];
  if (a.match === "prefix") return b.uri.length - a.uri.length;
  const holes = (uri: string) => uri.split(".").map((part) => (part === "" ? 1 : 0));
  const other = holes(b.uri);
  for (const [at, hole] of holes(a.uri).entries()) {
    if (hole !== other[at]) return hole - (other[at] ?? 0);
  }
  return 0;
}

export interface Right {
  readonly allow: boolean;
  /** Part of the pattern is denied. */
  readonly partly: boolean;
  readonly disclose: boolean;
}

/** AZN-09, AZN-10. */
export function right(
  world: World,
  { authrole }: Pick<Member, "authrole">,
  wish: { action: Action; uri: string; match: Match },
): Right {
  const rules = POLICIES[world.policy]?.[authrole] ?? [];
  const specific = (rule: Rule) => (rule.match === "exact" ? 1_000 : rule.uri.length);
  const sorted = [...rules].sort((a, b) => specific(b) - specific(a));
  const decides = sorted.findIndex((rule) => contains(rule, wish));
  const by = sorted[decides];
  if (!by?.allow.includes(wish.action)) return { allow: false, partly: false, disclose: false };
  const partly = sorted
    .slice(0, decides)
    .some((rule) => meets(rule, wish) && !rule.allow.includes(wish.action));
  const discloses = wish.action === "call" || wish.action === "publish";
  return { allow: true, partly, disclose: discloses && by.disclose === true };
}

export function mayHear(world: World, member: Member, topic: string): boolean {
  return right(world, member, { action: "subscribe", uri: topic, match: "exact" }).allow;
}

/** What everything that the pattern matches begins with. */
function beginning(uri: string, match: Match): string {
  if (match !== "wildcard") return uri;
  const parts = uri.split(".");
  const hole = parts.indexOf("");
  if (hole < 0) return uri;
  return parts
    .slice(0, hole)
    .map((part) => `${part}.`)
    .join("");
}

/** Whether the rule is about everything that the pattern matches. */
function contains(rule: Rule, { uri, match }: { uri: string; match: Match }): boolean {
  if (rule.match === "prefix") return beginning(uri, match).startsWith(rule.uri);
  const single = match === "exact" || (match === "wildcard" && !uri.split(".").includes(""));
  return single && uri === rule.uri;
}

/** Whether the rule is about something that the pattern matches. */
function meets(rule: Rule, { uri, match }: { uri: string; match: Match }): boolean {
  if (rule.match === "exact") return matches(uri, match, rule.uri);
  if (match !== "wildcard")
    return uri.startsWith(rule.uri) || (match === "prefix" && rule.uri.startsWith(uri));
  const given = uri.split(".");
  const wanted = rule.uri.split(".");
  const last = wanted.length - 1;
  if (wanted.length > given.length) return false;
  return wanted.every((part, at) => {
    const other = given[at] ?? "";
    return other === "" || (at === last ? other.startsWith(part) : other === part);
  });
}
