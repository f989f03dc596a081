/**
 * Holes in the URIs of permissions. A hole fills a component and nothing else, and what is wrong with one is said before
 * anybody relies on it: a rule that never matches would look like a router that refuses for no reason.
 */
import type { MatchPolicy } from "../wamp/uri.ts";
import { didYouMean } from "./did-you-mean.ts";
import { patternFault } from "./setting.ts";

export const HOLES = ["{authid}", "{authrole}", "{realm}"] as const;

/** Why this URI of a permission is wrong, or undefined if it is not. */
export function permissionFault({ uri, match }: { uri: string; match: MatchPolicy }): string | undefined {
  const components = uri.split(".");
  for (const component of components) {
    if (!/[{}]/.test(component) || HOLES.some((hole) => hole === component)) continue;
    const inner = /\{([^{}]*)\}/.exec(component)?.[0];
    if (inner !== undefined && HOLES.some((hole) => hole === inner)) {
      return `${JSON.stringify(uri)}: ${inner} must be a component of its own, between dots`;
    }
    const known = `there are ${HOLES.join(", ")}`;
    const near = didYouMean(inner ?? component, HOLES);
    return `${JSON.stringify(uri)}: there is no hole ${inner ?? component}; ${near === undefined ? known : `did you mean ${near}?`}`;
  }
  const last = components.at(-1) ?? "";
  if (match === "prefix" && HOLES.some((hole) => hole === last)) {
    return `${JSON.stringify(uri)}: as a prefix it would also cover everybody whose name begins alike; end it with a dot`;
  }
  const filled = components.map((each) => (HOLES.some((hole) => hole === each) ? "x" : each)).join(".");
  return patternFault({ uri: filled, match })?.replace(JSON.stringify(filled), JSON.stringify(uri));
}
