/**
 * The payload of a message: Arguments and ArgumentsKw. The router never decodes it; it travels as the octets of the
 * sender's serializer and is rewritten only for a receiver that speaks another one.
 */

/** The three encodings. A batched serializer has the encoding of its unbatched sibling. */
export type Format = "json" | "msgpack" | "cbor";

/** Arguments, or Arguments and ArgumentsKw, as they stood in a JSON frame: `["a"],{"b":1}`. */
export interface JsonPayload {
  readonly format: "json";
  readonly count: 1 | 2;
  readonly body: string;
}

/** The same as octets: one or two complete data items, back to back. */
export interface BinaryPayload {
  readonly format: "msgpack" | "cbor";
  readonly count: 1 | 2;
  readonly body: Uint8Array;
}

/** One data item of a payload as it stood in a frame: a value that the router passes on inside one of its own. */
export class RawItem {
  readonly format: Format;
  readonly body: string | Uint8Array;

  constructor(format: Format, body: string | Uint8Array) {
    this.format = format;
    this.body = body;
  }
}

/** What the router itself has to say (error texts, meta events): plain values and RawItems, encoded when sent. */
export interface ValuesPayload {
  readonly format: "values";
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** Absent (`undefined`) where a message has neither Arguments nor ArgumentsKw, or both are empty (MSG-39). */
export type Payload = JsonPayload | BinaryPayload | ValuesPayload;

/** A frame's content after its serializer and before its check: header values, and the payload untouched. */
export interface Envelope {
  /** Type code first, then the fields up to Arguments. */
  readonly header: readonly unknown[];
  readonly payload: Payload | undefined;
}
