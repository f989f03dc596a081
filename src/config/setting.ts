/**
 * What settings are made of. Each says in a sentence what it does: that sentence, the type, the range and the default are
 * read out of the schema by the error texts and by docs/configuration.md, so that none of them is written twice.
 */
import * as v from "valibot";
import { isReserved, type MatchPolicy, uriFault } from "../wamp/uri.ts";

export const MATCHES = ["exact", "prefix", "wildcard"] as const;

export function text(says: string, ...examples: string[]) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(256),
    v.check((given) => !/\p{Cc}/u.test(given) && given.isWellFormed(), "must not hold control characters"),
    v.description(says),
    v.examples(examples),
  );
}

export function flag(says: string) {
  return v.pipe(v.boolean(), v.description(says));
}

export function oneOf<const Words extends readonly string[]>(words: Words, says: string) {
  return v.pipe(v.picklist(words), v.description(says));
}

/** A whole number from `least` to `most`. */
export function count(
  says: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
) {
  return v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(says));
}

/** A complete URI of the application's: not one of `wamp.`, which is the router's own space (URI-11). */
export function procedure(says: string, example: string) {
  return v.pipe(
    text(says, example),
    v.check(
      (uri) => uriFault(uri) === undefined && !isReserved(uri),
      ({ input }) =>
        isReserved(input)
          ? `${JSON.stringify(input)} begins with wamp, which is the router's own space`
          : `${JSON.stringify(input)} ${uriFault(input)}`,
    ),
  );
}

/** A URI or pattern of which `match` says what it is. Checked where both are known. */
export function pattern(says: string, ...examples: string[]) {
  return v.pipe(v.string(), v.description(says), v.examples(examples));
}

export const match = v.optional(
  oneOf(MATCHES, "whether `uri` is one URI, what URIs begin with, or one with components left out"),
  "exact",
);

/** Why the URI or pattern is none, if so. Tolerates any input: types are checked elsewhere. */
export function patternFault({
  uri,
  match: policy,
}: {
  uri: string;
  match: MatchPolicy;
}): string | undefined {
  const fault = uriFault(uri, policy);
  return fault === undefined ? undefined : `${JSON.stringify(uri)} ${fault}`;
}

/**
 * Upper case only, so that a secret pasted in place of its name is noticed before anything shows it. No text of ours ever
 * repeats what stands in such a setting unless it is a name.
 */
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

export function secretName(says: string, example: string) {
  return v.pipe(
    v.string(),
    v.regex(
      SECRET_NAME,
      `must be the name of a Worker secret (A-Z, 0-9 and _), such as ${example}, never the secret itself`,
    ),
    v.description(says),
    v.examples([example]),
  );
}

/** `octets` octets as hex digits, brought to lower case. */
export function hex(octets: number, says: string) {
  return v.pipe(
    v.string(),
    v.regex(new RegExp(`^[0-9a-fA-F]{${2 * octets}}$`), `must be ${2 * octets} hex digits`),
    v.toLowerCase(),
    v.description(says),
  );
}

/** An example of a section for the documentation, as it would stand in wrangler.toml. */
export function toml<Input>(example: string) {
  return v.metadata<Input, { readonly toml: string }>({ toml: example });
}
