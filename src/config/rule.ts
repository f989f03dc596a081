/** What the rules that settings have among each other are written with. */
import { didYouMean } from "./did-you-mean.ts";
import { type Fault, type Key, pathOf } from "./fault.ts";
import { type Place, tables, textAt } from "./loose.ts";

/** A text somewhere in the configuration. */
export interface Named {
  readonly keys: readonly Key[];
  readonly text: string;
}

export function fault(keys: readonly Key[], reason: string): Fault {
  return { path: pathOf(keys), reason };
}

/** The fault, where the condition holds. */
export function when(wrong: boolean, keys: readonly Key[], reason: string): Fault[] {
  return wrong ? [fault(keys, reason)] : [];
}

/** The texts at `key` of each of the tables. */
export function named(places: readonly Place[], key: string): Named[] {
  return places.flatMap((place) => {
    const text = textAt(place, key);
    return text === undefined ? [] : [{ keys: [...place.keys, key], text }];
  });
}

/** A fault for each one whose text another before it has. */
export function repeated(all: readonly Named[], reason: (first: string) => string): Fault[] {
  /** Text to where it stands first. */
  const seen = new Map<string, string>();
  return all.flatMap(({ keys, text }) => {
    const first = seen.get(text);
    if (first !== undefined) return [fault(keys, reason(first))];
    seen.set(text, pathOf(keys));
    return [];
  });
}

/** The same URI and match policy twice: the second rule could say something else than the first. */
export function repeatedPatterns(place: Place, key: string): Fault[] {
  const rules = tables(place, key).flatMap((rule) => {
    const uri = textAt(rule, "uri");
    return uri === undefined
      ? []
      : [{ keys: [...rule.keys, "uri"], text: `${textAt(rule, "match")} ${uri}` }];
  });
  return repeated(rules, (first) => `${first} has the same uri and match: make one rule of the two`);
}

/** Some role's name is missing or wrong: that is told, and nothing is concluded from it. */
export function unsure(roles: readonly Place[]): boolean {
  return roles.some((role) => textAt(role, "name") === undefined);
}

/** A fault where the realm has no role of that name. */
export function roleFault(realm: Place, { keys, text }: Named): Fault[] {
  const roles = tables(realm, "roles");
  const names = named(roles, "name").map((each) => each.text);
  if (names.includes(text) || unsure(roles)) return [];
  const near = didYouMean(text, names);
  // Which roles there are is not told: whoever asks a broken router may be anybody.
  const fix =
    near === undefined ? "add [[vars.REALMS.roles]] with that name" : `did you mean ${JSON.stringify(near)}?`;
  return [fault(keys, `this realm has no such role; ${fix}`)];
}
