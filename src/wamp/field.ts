/**
 * The kinds of fields a message has. A field reads one decoded header value and returns it typed, or throws a
 * ProtocolViolation that names the field (MSG-31..35). Unknown keys of a dict are dropped (MSG-36), and a key whose value
 * is undefined or null counts as absent (SER-21).
 */
import { ProtocolViolation } from "./error.ts";
import { ROLE_FEATURES, type RoleName } from "./feature.ts";
import { isId } from "./id.ts";
import { RawItem } from "./payload.ts";

export interface Field<T> {
  /** `where` names the field for the error, as in `PUBLISH.Options.acknowledge`. */
  readonly read: (value: unknown, where: string) => T;
  /** The value as it travels, where that is not the value as it is kept. */
  write?(value: T): unknown;
}

/** A key of a dict that must be there. */
interface RequiredField<T> extends Field<T> {
  readonly required: true;
}

export function required<T>(field: Field<T>): RequiredField<T> {
  return { ...field, required: true };
}

export type Dict = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Field<unknown>>>;
type TypeOf<F> = F extends Field<infer T> ? T : never;
type RequiredKeys<F> = { [K in keyof F]: F[K] extends RequiredField<unknown> ? K : never }[keyof F];
export type DictOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, RequiredKeys<F>>]?: TypeOf<F[K]>;
} & { readonly [K in RequiredKeys<F>]: TypeOf<F[K]> };

const MAX_SHORT_TEXT = 1_024;

/** `told` says what came instead; a value itself only where it cannot be a secret that stands in the wrong place (S15). */
function field<T>(is: (value: unknown) => value is T, what: string, told = kindOf): Field<T> {
  return {
    read(value, where) {
      if (is(value)) return value;
      throw new ProtocolViolation(`${where} must be ${what}, not ${told(value)}`);
    },
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isDict = (value: unknown): value is Dict =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

export const id = field(isId, "an id, an integer in 1..2^53", describe);
/** A request id, or 0 where the router speaks of its own accord (ID-02). */
export const idOrZero = field((v): v is number => v === 0 || isId(v), "an id, or 0", describe);
export const text = field(isText, "a string");
/** A string that is kept with what it belongs to, in a row of bounded size. */
export const shortText: Field<string> = {
  read(value, where) {
    const given = text.read(value, where);
    if (given.length <= MAX_SHORT_TEXT) return given;
    throw new ProtocolViolation(
      `${where} must have at most ${MAX_SHORT_TEXT} characters, not ${given.length}`,
    );
  },
};
/** A URI is checked against the realm's grammar where it is used: a broken one is an ERROR, not a violation (URI-06). */
export const uri = field(isText, "a URI (a string)");
export const flag = field((v): v is boolean => typeof v === "boolean", "a boolean", describe);
export const count = field(
  (v): v is number => typeof v === "number" && Number.isSafeInteger(v) && v >= 0,
  "a non-negative integer",
  describe,
);

/** A string that must be one of `values`. */
export function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return {
    read(value, where) {
      const found = values.find((each) => each === value);
      if (found !== undefined) return found;
      const given = isText(value) ? "another string" : kindOf(value);
      throw new ProtocolViolation(`${where} must be one of ${values.join(", ")}, not ${given}`);
    },
  };
}

/** A list; every item is read by `item`. Empty lists are fine (MSG-33). */
export function listOf<T>(item: Field<T>): Field<readonly T[]> {
  return {
    read(value, where) {
      if (!Array.isArray(value)) throw new ProtocolViolation(`${where} must be a list, not ${kindOf(value)}`);
      return value.map((each, index) => item.read(each, `${where}[${index}]`));
    },
  };
}

/** Any dict, kept as it is; null counts as empty (MSG-50). */
export const anyDict: Field<Dict> = {
  read(value, where) {
    if (value === null || value === undefined) return {};
    if (isDict(value)) return value;
    throw new ProtocolViolation(`${where} must be a dict, not ${kindOf(value)}`);
  },
};

/** A dict that is an item of a list: there null is no dict either (MSG-33). */
export const dictItem: Field<Dict> = field(isDict, "a dict");

/** A dict with the keys `known`, each optional unless `required`. What it does not know it drops. */
export function dict<const F extends Fields>(known: F): Field<DictOf<F>> {
  const fields: Fields = Object.assign(Object.create(null), known);
  const needed = Object.entries(known).filter(([, each]) => "required" in each);
  const rewritten = Object.entries(known).filter(([, each]) => each.write);
  // What a frozen dict was read as: a codec gives the same object for options that are written the same.
  let last: { readonly given: unknown; readonly kept: Dict } | undefined;
  return {
    read(value, where) {
      if (last !== undefined && last.given === value) return last.kept as DictOf<F>; // every kept key was read by its own field
      const given = anyDict.read(value, where);
      const kept: Record<string, unknown> = {};
      for (const key in given) {
        const known = fields[key];
        const one = given[key];
        if (known === undefined || one === undefined || one === null) continue;
        kept[key] = known.read(one, `${where}.${key}`);
      }
      for (const [key, each] of needed) {
        if (!(key in kept)) kept[key] = each.read(undefined, `${where}.${key}`); // says what is missing
      }
      if (Object.isFrozen(given)) last = { given, kept };
      return kept as DictOf<F>; // as above
    },
    ...(rewritten.length > 0 && {
      write(value: DictOf<F>) {
        const written: Record<string, unknown> = { ...value };
        for (const [key, each] of rewritten) {
          if (written[key] !== undefined) written[key] = each.write?.(written[key]);
        }
        return written;
      },
    }),
  };
}

/** The features a peer announced for each of its roles; names we do not know are left out. */
export type Roles = Readonly<Partial<Record<RoleName, readonly string[]>>>;

/** `Details.roles` of HELLO and WELCOME (SES-05..07, SES-15..17): kept as lists, on the wire dicts of `true`. */
export function roles(...names: readonly RoleName[]): Field<Roles> {
  return {
    read(value, where) {
      const given = anyDict.read(value, where);
      const found: Partial<Record<RoleName, readonly string[]>> = {};
      for (const name of names) {
        if (!Object.hasOwn(given, name)) continue;
        const role = anyDict.read(given[name], `${where}.${name}`);
        const features = anyDict.read(role.features, `${where}.${name}.features`);
        found[name] = ROLE_FEATURES[name].filter((feature) => {
          if (!Object.hasOwn(features, feature)) return false;
          const announced = features[feature];
          if (announced === true || announced === undefined || announced === null) return announced === true;
          return flag.read(announced, `${where}.${name}.features.${feature}`);
        });
      }
      if (Object.keys(found).length === 0) {
        throw new ProtocolViolation(`${where} must name at least one of ${names.join(", ")}`);
      }
      return found;
    },
    write(announced) {
      const written: Record<string, unknown> = {};
      for (const [name, features] of Object.entries(announced)) {
        // SES-15: always a features dict, which wampy reads without a check.
        written[name] = { features: Object.fromEntries(features.map((feature) => [feature, true])) };
      }
      return written;
    },
  };
}

/** A field that may also be given as it is written in one format, by whoever sends the same value again and again. */
export function orWritten<T>(field: Field<T>): Field<T | RawItem> {
  return {
    read: field.read,
    write: (value) => (value instanceof RawItem || !field.write ? value : field.write(value)),
  };
}

function describe(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    ? String(value)
    : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return "octets";
  if (typeof value === "object") return "a dict";
  return typeof value === "bigint" ? "a number" : `a ${typeof value}`;
}
