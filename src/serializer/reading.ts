/** What a codec keeps from one message to the next: where its walker puts what it finds, and what it found before. */
import { KnownDicts } from "./known-dicts.ts";
import { ValueSink } from "./value.ts";

/** Where the payload of a message stands: Arguments and ArgumentsKw, as they are to be forwarded. */
export interface Place {
  from: number;
  to: number;
  /** How many elements it has; 0: there is nothing to forward. */
  count: 0 | 1 | 2;
  /** MSG-41: null stood for Arguments, here is ArgumentsKw only, which wants an empty list before it. */
  argumentsMissing: boolean;
}

export interface Reading {
  /** How many elements precede Arguments, by type code; undefined where a message has no payload. */
  readonly payloadAt: (code: unknown) => number | undefined;
  /** Collects the header's values. */
  readonly header: ValueSink;
  readonly dicts: KnownDicts;
  /** Where the payload stands, of the message that was walked last. */
  readonly place: Place;
}

export function newReading(payloadAt: Reading["payloadAt"]): Reading {
  const place: Place = { from: 0, to: 0, count: 0, argumentsMissing: false };
  return { payloadAt, header: new ValueSink(), dicts: new KnownDicts(), place };
}
