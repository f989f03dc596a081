/** Variables whose names look like ours and are not: a misspelled one would otherwise be passed over in silence. */
import { isTable } from "./anatomy.ts";
import { didYouMean, distance } from "./did-you-mean.ts";
import { type Fault, pathOf } from "./fault.ts";

/** @param names ours. @param secrets names that the configuration itself uses for secrets */
export function misspelled(
  env: Readonly<Record<string, unknown>>,
  names: readonly string[],
  secrets: readonly string[],
): Fault[] {
  return Object.keys(env).flatMap((name) => {
    if (names.includes(name) || secrets.includes(name) || !isVariable(env[name])) return [];
    const upper = name.toUpperCase();
    const near = didYouMean(upper, names);
    // Nearer than the settings inside a table need be: a stranger's variable is none of our business.
    if (near === undefined || distance(upper, near) > (near.length > 6 ? 2 : 1)) return [];
    return [{ path: pathOf([name]), reason: `there is no such variable; did you mean ${near}?` }];
  });
}

/** Text, numbers, lists and plain tables, as `[vars]` gives them; a binding is an object of the runtime's own. */
function isVariable(value: unknown): boolean {
  if (!isTable(value)) return value !== undefined && typeof value !== "function";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !Object.values(value).some((each) => typeof each === "function");
}
