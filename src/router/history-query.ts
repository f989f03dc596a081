/** What a client asks of an event history: the keyword arguments of wamp.subscription.get_events (HIS-11..20). */
import { WampError } from "../wamp/error.ts";

/** What to select; times in milliseconds since 1970, positions as publication ids (HIS-12..16). */
export interface HistoryQuery {
  readonly reverse: boolean;
  readonly limit: number;
  readonly fromTime?: number;
  readonly afterTime?: number;
  readonly beforeTime?: number;
  readonly untilTime?: number;
  readonly topic?: string;
  readonly fromPublication?: number;
  readonly afterPublication?: number;
  readonly beforePublication?: number;
  readonly untilPublication?: number;
}

/** A query never answers more than this many events at once. */
export const MAX_EVENTS = 1_000;

/** HIS-20: the keyword arguments of get_events, checked. @throws WampError invalid_argument */
export function readQuery(given: Readonly<Record<string, unknown>>): HistoryQuery {
  const invalid = (key: string, what: string) =>
    new WampError("wamp.error.invalid_argument", `${key} must be ${what}`);
  const optional = <T>(key: string, what: string, read: (value: unknown) => T | undefined): T | undefined => {
    const value = given[key];
    if (value === undefined || value === null) return undefined;
    const found = read(value);
    if (found === undefined) throw invalid(key, what);
    return found;
  };
  const time = (key: string) =>
    optional(key, "an RFC 3339 time", (value) => (typeof value === "string" ? timeOf(value) : undefined));
  const integer = (key: string) =>
    optional(key, "a positive integer", (value) =>
      typeof value === "number" && Number.isSafeInteger(value - 1) && value >= 1 ? value : undefined,
    );
  const present = <T extends object>(values: T) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const reverse = optional("reverse", "a boolean", (value) =>
    typeof value === "boolean" ? value : undefined,
  );
  return {
    reverse: reverse ?? false,
    limit: Math.min(integer("limit") ?? MAX_EVENTS, MAX_EVENTS),
    ...present({
      fromTime: time("from_time"),
      afterTime: time("after_time"),
      beforeTime: time("before_time"),
      untilTime: time("until_time"),
      topic: optional("topic", "a URI", (value) => (typeof value === "string" ? value : undefined)),
      fromPublication: integer("from_publication"),
      afterPublication: integer("after_publication"),
      beforePublication: integer("before_publication"),
      untilPublication: integer("until_publication"),
    }),
  };
}

/** Day, time of day, fraction, zone. */
const RFC3339 =
  /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** HIS-14: milliseconds since 1970, and a half where there is more; undefined where there is no such time. */
function timeOf(text: string): number | undefined {
  const [, day, clock, fraction = "", zone = ""] = RFC3339.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes the 30th of February for the 1st of March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  const digits = fraction.padEnd(3, "0");
  const milliseconds = Date.parse(`${day}T${clock}.${digits.slice(0, 3)}${zone.toUpperCase()}`);
  // Events have whole milliseconds, so that there is more is all that counts.
  return /[1-9]/.test(digits.slice(3)) ? milliseconds + 0.5 : milliseconds;
}
