/** How the router reads the arguments of calls to itself, and takes parts of a payload as they stand. */
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import { type BinaryPayload, type Format, type JsonPayload, type Payload, RawItem } from "../wamp/payload.ts";
import { CborWriter } from "./cbor-writer.ts";
import { JsonWriter } from "./json-writer.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { concatenate } from "./octets.ts";
import { Untranslatable } from "./serializer.ts";
import { transcode } from "./transcode.ts";
import { ValueSink } from "./value.ts";
import { walkerOver } from "./walkers.ts";

type Source = JsonPayload | BinaryPayload;
type Parts = { readonly args?: RawItem; readonly kwargs?: RawItem };

export const payloadReader = {
  /** The values of a payload; an absent one has none. @throws WampError invalid_argument where a value has no plain form */
  read(payload: Payload | undefined) {
    if (!payload) return { args: [], kwargs: {} };
    const source = fromClient(payload);
    const walker = walkerOver(source.format, source.body);
    const sink = new ValueSink();
    orInvalid(() => {
      walker.value(sink);
      if (source.count === 2) {
        walker.between();
        walker.value(sink);
      }
    });
    const [args, kwargs = {}] = sink.take() as [unknown[], Record<string, unknown>?]; // a payload is a list and a dict
    return { args, kwargs };
  },

  /**
   * Arguments and ArgumentsKw in the format of `like`: as they stand where that is their own. Undefined where that format
   * cannot express one of their values (SER-12).
   */
  parts(payload: Payload | undefined, like: Payload | undefined): Parts | undefined {
    if (!payload) return {};
    const source = fromClient(payload);
    const format = like === undefined || like.format === "values" ? source.format : like.format;
    try {
      return partsOf(format === source.format ? source : rewritten(source, format));
    } catch (error) {
      if (error instanceof Untranslatable) return undefined;
      throw error;
    }
  },

  /**
   * A payload from two elements of Arguments, as they stand: a list and a dict, each possibly null or absent.
   * @throws WampError invalid_argument where they are anything else
   */
  nested(payload: Payload | undefined, argsAt: number, kwargsAt: number): Payload | undefined {
    if (!payload) return undefined;
    const { args } = partsOf(fromClient(payload));
    const items = elements(args);
    const list = present(items[argsAt], "list");
    const dict = present(items[kwargsAt], "dict");
    if (!list && !dict) return undefined;
    const bodies = [list ?? emptyList(args.format), ...(dict ? [dict] : [])];
    return join(args.format, bodies);
  },
};

function partsOf({ format, body, count }: Source): Parts & { readonly args: RawItem } {
  const walker = walkerOver(format, body);
  walker.value();
  const args = new RawItem(format, slice(body, 0, walker.at));
  if (count === 1) return { args };
  walker.between();
  return { args, kwargs: new RawItem(format, slice(body, walker.at, body.length)) };
}

/** @throws Untranslatable */
function rewritten(payload: Source, format: Format): Source {
  const { count } = payload;
  if (format === "json") {
    const writer = new JsonWriter();
    transcode(payload, writer);
    return { format, count, body: writer.written };
  }
  const writer = format === "msgpack" ? new MsgpackWriter() : new CborWriter();
  transcode(payload, writer);
  return { format, count, body: writer.finish() }; // nobody else has this writer
}

/** The elements of a list, as they stand. */
function elements({ format, body }: RawItem): RawItem[] {
  const walker = walkerOver(format, body);
  const found: RawItem[] = [];
  walker.open();
  while (walker.more()) {
    const from = walker.at;
    walker.value();
    found.push(new RawItem(format, slice(body, from, walker.at)));
  }
  return found;
}

/** TES-03: null stands for an empty list or dict, and an empty one need not be kept. */
function present(item: RawItem | undefined, wanted: "list" | "dict"): RawItem | undefined {
  if (!item) return undefined;
  const walker = walkerOver(item.format, item.body);
  const kind = walker.kind();
  if (kind === "null") return undefined;
  if (kind !== wanted) throw new WampError("wamp.error.invalid_argument", `a ${wanted} is wanted`);
  walker.value();
  return walker.items > 1 ? item : undefined;
}

/** @throws WampError invalid_argument where the walk meets what the router cannot take */
function orInvalid(walk: () => void): void {
  try {
    walk();
  } catch (error) {
    if (!(error instanceof ProtocolViolation || error instanceof Untranslatable)) throw error;
    throw new WampError("wamp.error.invalid_argument", error.message);
  }
}

function join(format: RawItem["format"], items: readonly RawItem[]): Payload {
  const count = items.length === 2 ? 2 : 1;
  if (format === "json") return { format, count, body: items.map(({ body }) => body).join(",") };
  // What a binary walker sliced is octets.
  return { format, count, body: concatenate(items.map(({ body }) => body as Uint8Array)) };
}

function emptyList(format: RawItem["format"]): RawItem {
  if (format === "json") return new RawItem(format, "[]");
  return new RawItem(format, Uint8Array.of(format === "msgpack" ? 0x90 : 0x80));
}

function slice(body: string | Uint8Array, from: number, to: number): string | Uint8Array {
  return typeof body === "string" ? body.slice(from, to) : body.subarray(from, to);
}

function fromClient(payload: Payload): Source {
  if (payload.format === "values") throw new TypeError("the router does not call itself");
  return payload;
}
