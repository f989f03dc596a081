/**
 * A walker goes once over a message of its format: it checks that it is well-formed and within the limits before anything
 * is allocated, and reports what it finds to a sink, if there is one. Here is what all formats share: where the header
 * ends, where the payload begins, and what a payload may be.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import type { KnownDicts } from "./known-dicts.ts";
import type { KnownHeaders } from "./known-headers.ts";
import type { Place, Reading } from "./reading.ts";
import type { FrameLimits } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import type { ValueSink } from "./value.ts";

/** What is known of a value from its first octet. CBOR's undefined counts as null. */
export type Kind = "null" | "list" | "dict" | "other";

export interface Walker {
  /** Where the walk is: the offset of the octet (JSON: character) to be read next. */
  readonly at: number;
  /** How many values were met, dict keys included, the message itself not. */
  readonly items: number;
  /** What follows goes to other clients: whatever is known to end one of them is refused, or rewritten. */
  forOthers: boolean;
  /** Enters the message. @throws ProtocolViolation when it is not a list (SER-14) */
  open(): void;
  /** Whether another element of the message follows; `at` is then its start. After the last, nothing may follow. */
  more(): boolean;
  /** What the value at `at` will be. */
  kind(): Kind;
  /** Walks one value, however deep. @throws ProtocolViolation when malformed or beyond a limit */
  value(sink?: Sink): void;
  /** Steps over what separates the values of a payload: JSON's comma, nothing elsewhere. */
  between(): void;
  /** Whether exactly this stands at `at`. */
  isNext(raw: string | Uint8Array): boolean;
  /** Steps over what was walked before, in another message: so much of it, so many values. */
  pass(length: number, items: number): void;
  /** Steps over so many elements of the message, if they stand here just so. */
  passKnown(raw: string | Uint8Array, known: { readonly elements: number; readonly items: number }): boolean;
  /** What stands from an offset to `at`, as a copy. */
  rawFrom(from: number): string | Uint8Array;
  /** Whether texts of the header are remembered: not those of a message that may hold a secret. */
  remembers: boolean;
}

/**
 * Walks a whole message. @param headers what is known of whoever sent it
 * @throws ProtocolViolation when malformed, beyond a limit, without a type code (SER-14, SER-15), or with a payload that
 * is not a list and a dict (MSG-30, MSG-31)
 */
export function walkMessage(walker: Walker, reading: Reading, headers: KnownHeaders | undefined): void {
  const { payloadAt, header, dicts, place } = reading;
  header.begin();
  place.count = 0;
  place.argumentsMissing = false;
  walker.open();
  if (!walker.more()) throw new ProtocolViolation("a message must not be an empty list");
  walker.value(header);
  const code = header.first;
  if (typeof code !== "number" || !Number.isSafeInteger(code)) {
    throw new ProtocolViolation("a message must be a list that begins with its type code, an integer");
  }
  const fields = payloadAt(code);
  walker.remembers = fields !== undefined;
  let more = walker.more();
  if (fields === undefined) {
    for (; more; more = walker.more()) walker.value(header);
    return;
  }
  if (!more) return;
  walkField(walker, code, { header, dicts });
  more = walker.more();
  if (more && headers?.take(code, walker, header)) more = walker.more();
  else {
    const { at: from, items } = walker;
    for (let left = fields - 2; more && left > 0; left--) {
      walkField(walker, code, { header, dicts });
      if (left === 1) headers?.learn(walker, header, { from, items });
      more = walker.more();
    }
  }
  if (more) walkPayload(walker, place);
}

/** One element of the header of a message that may come often. */
function walkField(
  walker: Walker,
  code: number,
  { header, dicts }: { readonly header: ValueSink; readonly dicts: KnownDicts },
): void {
  if (walker.kind() !== "dict") {
    walker.value(header);
    return;
  }
  const known = dicts.take(code, walker);
  if (known) {
    header.add(known);
    return;
  }
  const { at: from, items } = walker;
  walker.value(header);
  const value = header.last as Readonly<Record<string, unknown>>; // a dict was walked
  dicts.add(code, walker, { from, items: walker.items - items, value });
}

function walkPayload(walker: Walker, place: Place): void {
  const from = walker.at;
  walker.forOthers = true;
  walker.remembers = false;
  const kind = walker.kind();
  if (kind !== "list" && kind !== "null") {
    // PPT-14: the raw payload of Autobahn's old payload transparency is not announced, so nobody may send it.
    throw new ProtocolViolation(`Arguments must be a list, at offset ${from}`);
  }
  let before = walker.items;
  walker.value();
  const noArguments = walker.items === before + 1;
  place.from = from;
  place.to = walker.at;
  if (!noArguments) place.count = 1;
  if (!walker.more()) return;

  const keywordsFrom = walker.at;
  const keywordsKind = walker.kind();
  before = walker.items;
  if (keywordsKind !== "null" && keywordsKind !== "dict") {
    throw new ProtocolViolation(`ArgumentsKw must be a dict, at offset ${keywordsFrom}`);
  }
  walker.value();
  const noKeywords = walker.items === before + 1;
  const keywordsTo = walker.at;
  if (walker.more()) throw new ProtocolViolation(`nothing may follow ArgumentsKw, at offset ${walker.at}`);

  if (noArguments && noKeywords) return; // MSG-39, MSG-42
  if (keywordsKind === "null") return;
  place.count = 2;
  place.to = keywordsTo;
  if (kind !== "null") return;
  place.from = keywordsFrom; // MSG-40
  place.argumentsMissing = true;
}

/** Limits for walking a payload that was checked when it came in; a walk never recurses without bound. */
export const CHECKED: FrameLimits = {
  octets: Number.POSITIVE_INFINITY,
  depth: 1_024,
  items: Number.POSITIVE_INFINITY,
};

/** SER-17: such a key ends AutobahnJS on msgpack, and elsewhere replaces the prototype of whatever it is read into. */
export const PROTOTYPE_KEY = "a dict has the key __proto__";

export function tooDeep(limit: number, at: number): ProtocolViolation {
  return new ProtocolViolation(`lists and dicts may be nested ${limit} deep, exceeded at offset ${at}`);
}

export function tooMany(limit: number, at: number): ProtocolViolation {
  return new ProtocolViolation(`a message may hold ${limit} values, exceeded at offset ${at}`);
}
