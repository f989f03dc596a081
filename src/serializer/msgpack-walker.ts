/**
 * Reads MessagePack (spec v5: text and octets are two kinds, SER-06). Of the extension types it knows two, timestamp (-1)
 * and what msgpackr writes for undefined (0); any other could come alive at a receiver and is refused.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import { OctetWalker } from "./octet-walker.ts";
import type { Sink } from "./sink.ts";
import type { Kind, Walker } from "./walker.ts";

const NIL = 0xc0;
const NULL = Uint8Array.of(NIL);
const TIMESTAMP = -1;
const UNDEFINED = 0;
const NANOSECONDS = 1_000_000_000;

export class MsgpackWalker extends OctetWalker implements Walker {
  protected readonly formatName = "msgpack";
  /** Elements of the message still to come. */
  #left = 0;

  open(): void {
    const count = this.#listCount(this.peek());
    if (count === undefined) throw new ProtocolViolation("a message must be a msgpack array");
    this.enter(count);
    this.#left = count;
  }

  more(): boolean {
    if (this.#left-- > 0) return true;
    if (this.at < this.end) throw this.malformed("something follows the message");
    return false;
  }

  /** The first of the elements was counted by `more`. */
  passKnown(
    raw: string | Uint8Array,
    { elements, items }: { readonly elements: number; readonly items: number },
  ): boolean {
    if (this.#left < elements - 1 || !this.isNext(raw)) return false;
    this.#left -= elements - 1;
    this.pass(raw.length, items);
    return true;
  }

  kind(): Kind {
    const head = this.peek();
    if (head === NIL) return "null";
    if ((head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd) return "list";
    return isMap(head) ? "dict" : "other";
  }

  value(sink?: Sink) {
    this.countItem();
    const head = this.uint8();
    if (head < 0x80) return sink?.integer(head);
    if (head < 0x90) return this.#dict(head, sink);
    if (head < 0xa0) return this.#list(head & 0x0f, sink);
    if (head < 0xc0) return this.text(head & 0x1f, sink);
    if (head >= 0xe0) return sink?.integer(head - 0x100);
    switch (head) {
      case NIL:
        return sink?.null();
      case 0xc2:
        return sink?.boolean(false);
      case 0xc3:
        return sink?.boolean(true);
      case 0xc4:
        return this.bytes(this.uint8(), sink);
      case 0xc5:
        return this.bytes(this.uint16(), sink);
      case 0xc6:
        return this.bytes(this.uint32(), sink);
      case 0xc7:
        return this.#extension(this.at - 1, this.uint8(), sink);
      case 0xc8:
        return this.#extension(this.at - 1, this.uint16(), sink);
      case 0xc9:
        return this.#extension(this.at - 1, this.uint32(), sink);
      case 0xca: {
        const from = this.take(4);
        return sink?.float(this.view.getFloat32(from));
      }
      case 0xcb: {
        const from = this.take(8);
        return sink?.float(this.view.getFloat64(from));
      }
      case 0xcc:
        return this.#integer(this.uint8(), sink);
      case 0xcd:
        return this.#integer(this.uint16(), sink);
      case 0xce:
        return this.#integer(this.uint32(), sink);
      case 0xcf:
        return this.#integer(this.uint64(), sink);
      case 0xd0:
        return this.#integer((this.uint8() << 24) >> 24, sink);
      case 0xd1:
        return this.#integer((this.uint16() << 16) >> 16, sink);
      case 0xd2:
        return this.#integer(this.uint32() | 0, sink);
      case 0xd3:
        return this.#integer(this.int64(), sink);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(this.at - 1, 1 << (head - 0xd4), sink);
      case 0xd9:
        return this.text(this.uint8(), sink);
      case 0xda:
        return this.text(this.uint16(), sink);
      case 0xdb:
        return this.text(this.uint32(), sink);
      case 0xdc:
        return this.#list(this.uint16(), sink);
      case 0xdd:
        return this.#list(this.uint32(), sink);
      case 0xde:
      case 0xdf:
        return this.#dict(head, sink);
      default:
        throw this.malformed("octet c1 means nothing");
    }
  }

  #integer(value: number | bigint, sink: Sink | undefined): void {
    sink?.integer(value);
  }

  #list(count: number, sink: Sink | undefined): void {
    this.enter(count);
    sink?.openList(count);
    for (let left = count; left > 0; left--) this.value(sink);
    sink?.closeList(count);
    this.depth--;
  }

  #dict(head: number, sink: Sink | undefined): void {
    const count = this.#dictCount(head);
    this.enter(count * 2);
    sink?.openDict(count);
    for (let left = count; left > 0; left--) {
      // SER-16: integers end Autobahn|Python, octets end wampy.
      if (!isText(this.peek())) throw this.malformed("a dict has a key that is not a string");
      this.value(sink);
      this.checkKey();
      this.value(sink);
    }
    sink?.closeDict(count);
    this.depth--;
  }

  /** Steps over the head of a list; undefined, and no step, where there is none. */
  #listCount(head: number): number | undefined {
    if ((head & 0xf0) !== 0x90 && head !== 0xdc && head !== 0xdd) return undefined;
    this.at++;
    if (head === 0xdc) return this.uint16();
    return head === 0xdd ? this.uint32() : head & 0x0f;
  }

  #dictCount(head: number): number {
    if (head === 0xde) return this.uint16();
    return head === 0xdf ? this.uint32() : head & 0x0f;
  }

  #extension(head: number, length: number, sink: Sink | undefined) {
    const type = (this.uint8() << 24) >> 24;
    const from = this.take(length);
    if (type === UNDEFINED && length === 1 && this.octets[from] === 0) {
      // SER-13: AutobahnJS knows no such type, and ends.
      if (this.forOthers) this.rewrite(head, NULL);
      return sink?.undefined();
    }
    if (type !== TIMESTAMP) throw this.malformed(`extension type ${type} is not accepted`);
    if (!this.#isTimestamp(from, length)) throw this.malformed("a timestamp is wrong");
    sink?.foreign("a msgpack timestamp");
  }

  /** A receiver that builds a date from it must not fail: msgpack for Python raises where this says no. */
  #isTimestamp(from: number, length: number): boolean {
    if (length === 4) return true;
    if (length === 8) return this.uint32At(from) >>> 2 < NANOSECONDS;
    return length === 12 && this.uint32At(from) < NANOSECONDS;
  }
}

function isMap(head: number): boolean {
  return (head & 0xf0) === 0x80 || head === 0xde || head === 0xdf;
}

function isText(head: number): boolean {
  return (head & 0xe0) === 0xa0 || (head >= 0xd9 && head <= 0xdb);
}
