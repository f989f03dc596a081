/**
 * The kinds of fields a message has. A field reads one decoded header value and returns it typed, or throws a
 * ProtocolViolation that names the field (MSG-31..35). Unknown keys of a dict are dropped (MSG-36), and a key whose value
 * is undefined or null counts as absent (SER-21).
 */
import { ProtocolViolation } from "./error.ts";
import { ROLE_FEATURES, type RoleName } from "./feature.ts";
import { isId } from "./id.ts";

export interface Field<T> {
  /** `where` names the field for the error, as in `PUBLISH.Options.acknowledge`. */
  readonly read: (value: unknown, where: string) => T;
}

export type Dict = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Field<unknown>>>;
type TypeOf<F> = F extends Field<infer T> ? T : never;
export type DictOf<F extends Fields> = { readonly [K in keyof F]?: TypeOf<F[K]> };

function field<T>(is: (value: unknown) => value is T, what: string): Field<T> {
  return {
    read(value, where) {
      if (is(value)) return value;
      throw new ProtocolViolation(`${where} must be ${what}, not ${describe(value)}`);
    },
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isDict = (value: unknown): value is Dict =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

export const id = field(isId, "an id, an integer in 1..2^53");
/** A request id, or 0 where the router speaks of its own accord (ID-02). */
export const idOrZero = field((v): v is number => v === 0 || isId(v), "an id, or 0");
export const text = field(isText, "a string");
/** A URI is checked against the realm's grammar where it is used: a broken one is an ERROR, not a violation (URI-06). */
export const uri = field(isText, "a URI (a string)");
export const flag = field((v): v is boolean => typeof v === "boolean", "a boolean");
export const count = field(
  (v): v is number => typeof v === "number" && Number.isSafeInteger(v) && v >= 0,
  "a non-negative integer",
);
/** Any value: what it holds is for its reader to check. */
export const anything: Field<unknown> = { read: (value) => value };

/** A string that must be one of `values`. */
export function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return field(
    (v): v is T => isText(v) && (values as readonly string[]).includes(v),
    `one of ${values.join(", ")}`,
  );
}

/** A list; every item is read by `item`. Empty lists are fine (MSG-33). */
export function listOf<T>(item: Field<T>): Field<readonly T[]> {
  return {
    read(value, where) {
      if (!Array.isArray(value))
        throw new ProtocolViolation(`${where} must be a list, not ${describe(value)}`);
      return value.map((each, index) => item.read(each, `${where}[${index}]`));
    },
  };
}

/** Any dict, kept as it is; null counts as empty (MSG-50). */
export const anyDict: Field<Dict> = {
  read(value, where) {
    if (value === null || value === undefined) return {};
    if (isDict(value)) return value;
    throw new ProtocolViolation(`${where} must be a dict, not ${describe(value)}`);
  },
};

/** A dict with the keys `known`, each optional. What it does not know it drops. */
export function dict<const F extends Fields>(known: F): Field<DictOf<F>> {
  const fields: Fields = Object.assign(Object.create(null), known);
  return {
    read(value, where) {
      const given = anyDict.read(value, where);
      const kept: Record<string, unknown> = {};
      for (const key in given) {
        const known = fields[key];
        const one = given[key];
        if (known === undefined || one === undefined || one === null) continue;
        kept[key] = known.read(one, `${where}.${key}`);
      }
      return kept as DictOf<F>; // every kept key was read by its own field
    },
  };
}

/** The features a peer announced for each of its roles; names we do not know are left out. */
export type Roles = Readonly<Partial<Record<RoleName, readonly string[]>>>;

/** `Details.roles` of HELLO and WELCOME (SES-05..07, SES-17). */
export function roles(...names: readonly RoleName[]): Field<Roles> {
  return {
    read(value, where) {
      const given = anyDict.read(value, where);
      const found: Partial<Record<RoleName, readonly string[]>> = {};
      for (const name of names) {
        if (!Object.hasOwn(given, name)) continue;
        const role = anyDict.read(given[name], `${where}.${name}`);
        const features = anyDict.read(role.features, `${where}.${name}.features`);
        found[name] = ROLE_FEATURES[name].filter(
          (feature) =>
            Object.hasOwn(features, feature) &&
            features[feature] !== undefined &&
            features[feature] !== null &&
            flag.read(features[feature], `${where}.${name}.features.${feature}`),
        );
      }
      if (Object.keys(found).length === 0) {
        throw new ProtocolViolation(`${where} must name at least one of ${names.join(", ")}`);
      }
      return found;
    },
  };
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return "octets";
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  return typeof value === "string" ? "a string" : typeof value;
}
