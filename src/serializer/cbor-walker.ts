/**
 * Reads CBOR (RFC 8949): definite and indefinite lengths, heads of any size (SER-07). Of the tags it knows three, 64 for
 * octets (cbor-x) and 0 and 1 for times; any other could come alive at a receiver, or grow there, and is refused.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import { float16 } from "./float16.ts";
import { OctetWalker } from "./octet-walker.ts";
import { concatenate } from "./octets.ts";
import type { Sink } from "./sink.ts";
import { isDateTime, isEpochTime } from "./time.ts";
import { isUtf8, textOf } from "./utf8.ts";
import type { Kind, Walker } from "./walker.ts";

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const DICT = 5;
const TAG = 6;

/** A length of eight octets follows. */
const LONGEST = 27;
const INDEFINITE = 31;
const BREAK = 0xff;
const NULL = 0xf6;
const UNDEFINED = 0xf7;

export class CborWalker extends OctetWalker implements Walker {
  protected readonly formatName = "CBOR";
  /** Elements of the message still to come; undefined where a break ends it. */
  #left: number | undefined;

  open(): void {
    if (this.peek() >> 5 !== LIST) throw new ProtocolViolation("a message must be a CBOR array");
    this.#left = this.#count(this.uint8() & 0x1f);
    this.enter(this.#left ?? 0);
  }

  more(): boolean {
    if (this.#left === undefined ? !this.#isBreak() : this.#left-- > 0) return true;
    if (this.at < this.end) throw this.malformed("something follows the message");
    return false;
  }

  /** The first of the elements was counted by `more`. */
  passKnown(
    raw: string | Uint8Array,
    { elements, items }: { readonly elements: number; readonly items: number },
  ): boolean {
    const more = elements - 1;
    if ((this.#left !== undefined && this.#left < more) || !this.isNext(raw)) return false;
    if (this.#left !== undefined) this.#left -= more;
    this.pass(raw.length, items);
    return true;
  }

  kind(): Kind {
    const head = this.peek();
    if (head === NULL || head === UNDEFINED) return "null";
    if (head >> 5 === LIST) return "list";
    return head >> 5 === DICT ? "dict" : "other";
  }

  value(sink?: Sink) {
    this.countItem();
    const head = this.uint8();
    const argument = head & 0x1f;
    switch (head >> 5) {
      case UNSIGNED: {
        const value = argument < 24 ? argument : this.#argument(argument);
        return sink?.integer(value);
      }
      case NEGATIVE: {
        const value = this.#argument(argument);
        return sink?.integer(negative(value));
      }
      case BYTES:
        return argument === INDEFINITE ? this.#chunks(BYTES, sink) : this.bytes(this.#length(argument), sink);
      case TEXT:
        return argument === INDEFINITE ? this.#chunks(TEXT, sink) : this.#whole(argument, sink);
      case LIST:
        return this.#list(this.#count(argument), sink);
      case DICT:
        return this.#dict(this.#count(argument), sink);
      case TAG:
        return this.#tagged(this.#argument(argument), sink);
      default:
        return this.#simple(argument, sink);
    }
  }

  #list(count: number | undefined, sink: Sink | undefined): void {
    this.enter(count ?? 0);
    sink?.openList(count);
    let items = 0;
    for (; count === undefined ? !this.#isBreak() : items < count; items++) this.value(sink);
    sink?.closeList(items);
    this.depth--;
  }

  #dict(count: number | undefined, sink: Sink | undefined): void {
    this.enter((count ?? 0) * 2);
    sink?.openDict(count);
    let pairs = 0;
    for (; count === undefined ? !this.#isBreak() : pairs < count; pairs++) {
      // SER-16: octets end wampy, integers end whoever reads into a struct.
      if (this.peek() >> 5 !== TEXT) throw this.malformed("a dict has a key that is not a string");
      this.value(sink);
      this.checkKey();
      this.value(sink);
    }
    sink?.closeDict(pairs);
    this.depth--;
  }

  /** Steps over the break that ends an indefinite container, if it stands here. */
  #isBreak(): boolean {
    if (this.peek() !== BREAK) return false;
    this.at++;
    return true;
  }

  #argument(argument: number): number | bigint {
    if (argument < 24) return argument;
    switch (argument) {
      case 24:
        return this.uint8();
      case 25:
        return this.uint16();
      case 26:
        return this.uint32();
      case 27:
        return this.uint64();
      default:
        throw this.malformed(`${argument} is no way to write a length`);
    }
  }

  /** A length in octets; one that does not fit is refused by whoever takes so many. */
  #length(argument: number): number {
    return Number(this.#argument(argument));
  }

  #count(argument: number): number | undefined {
    return argument === INDEFINITE ? undefined : this.#length(argument);
  }

  #whole(argument: number, sink: Sink | undefined): void {
    const head = this.at - 1;
    const length = this.#length(argument);
    this.text(length, sink);
    if (argument !== LONGEST || !this.forOthers) return;
    // SER-07: wampy in Node loses its place after such a head, and ends.
    const text = this.octets.subarray(this.at - length, this.at);
    this.rewrite(head, concatenate([stringHead(TEXT, length), text]));
  }

  /** A string of indefinite length: pieces of definite length and of the same kind, each valid by itself. */
  #chunks(kind: typeof BYTES | typeof TEXT, sink: Sink | undefined): void {
    const head = this.at - 1;
    const pieces: Uint8Array[] = [];
    while (!this.#isBreak()) {
      this.countItem();
      const piece = this.uint8();
      if (piece >> 5 !== kind) throw this.malformed("a piece of a string is wrong");
      const from = this.take(this.#length(piece & 0x1f));
      if (kind === TEXT && !isUtf8(this.octets, from, this.at)) throw this.malformed("a string is not UTF-8");
      pieces.push(this.octets.subarray(from, this.at));
    }
    const whole = concatenate(pieces);
    // SER-07: wampy does not read strings in pieces, and ends.
    if (this.forOthers) this.rewrite(head, concatenate([stringHead(kind, whole.length), whole]));
    if (kind === BYTES) sink?.bytes(whole);
    else sink?.text(textOf(whole, 0, whole.length) ?? ""); // each piece was UTF-8
  }

  #tagged(tag: number | bigint, sink: Sink | undefined) {
    const content = this.peek() >> 5;
    if (tag === 64 && content === BYTES) {
      this.items--; // the tag and its content are one value
      this.value(sink);
      return;
    }
    if (tag === 0 && content === TEXT) {
      const length = this.#length(this.uint8() & 0x1f);
      if (!isDateTime(this.textAt(this.take(length)))) throw this.malformed("the time of tag 0 is wrong");
      return sink?.foreign("a CBOR time (tag 0)");
    }
    if (tag === 1) {
      if (!this.#isEpoch()) throw this.malformed("the time of tag 1 is wrong");
      return sink?.foreign("a CBOR time (tag 1)");
    }
    throw this.malformed(`tag ${tag} is not accepted here`);
  }

  #isEpoch(): boolean {
    const head = this.uint8();
    if (head >> 5 === UNSIGNED) return isEpochTime(Number(this.#argument(head & 0x1f)));
    if (head >> 5 === NEGATIVE) return isEpochTime(-1 - Number(this.#argument(head & 0x1f)));
    return head >= 0xf9 && head <= 0xfb && isEpochTime(this.#float(head & 0x1f));
  }

  #float(argument: number): number {
    if (argument === 25) return float16(this.uint16());
    const from = this.take(argument === 26 ? 4 : 8);
    return argument === 26 ? this.view.getFloat32(from) : this.view.getFloat64(from);
  }

  #simple(argument: number, sink: Sink | undefined) {
    switch (argument) {
      case 20:
        return sink?.boolean(false);
      case 21:
        return sink?.boolean(true);
      case 22:
        return sink?.null();
      case 23:
        return sink?.undefined();
      case 25:
      case 26:
      case 27: {
        const value = this.#float(argument);
        return sink?.float(value);
      }
      case INDEFINITE:
        throw this.malformed("a break stands where a value is due");
      default:
        throw this.malformed(`simple value ${argument === 24 ? this.uint8() : argument} is not accepted`);
    }
  }
}

/** The shortest head. No string of a message has 2^32 octets. */
function stringHead(kind: number, length: number): Uint8Array {
  const octets = [length >>> 24, length >>> 16, length >>> 8, length];
  if (length < 24) return Uint8Array.of((kind << 5) | length);
  if (length < 0x100) return Uint8Array.of((kind << 5) | 24, length);
  if (length < 0x1_0000) return Uint8Array.of((kind << 5) | 25, ...octets.slice(2));
  return Uint8Array.of((kind << 5) | 26, ...octets);
}

function negative(value: number | bigint): number | bigint {
  return typeof value === "number" && value < 2 ** 53 ? -1 - value : -1n - BigInt(value);
}
