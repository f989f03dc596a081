/**
 * What the writers of msgpack and CBOR share: a buffer that grows and is used again, and heads that are corrected once the
 * size of what follows is known. A writer belongs to one serializer, which writes one message at a time.
 */
import type { Format, RawItem } from "../wamp/payload.ts";
import { Untranslatable } from "./serializer.ts";

const INITIAL = 16_384;
/** A buffer that one large message has left behind is let go. */
const KEPT = 262_144;
/** The longest head of any item. */
const HEAD = 9;
/** Characters up to which a loop beats the native encoder, as measured in workerd. */
const SHORT = 48;
const UTF8 = new TextEncoder();

export abstract class OctetWriter {
  protected abstract readonly format: Format;
  protected at = 0;
  protected octets = new Uint8Array(INITIAL);
  protected view = new DataView(this.octets.buffer);
  /** For each open container where its head stands, or -1 if that was right from the start. */
  readonly #heads: number[] = [];

  /** Begins a new message, whatever became of the last one. */
  begin(): void {
    this.at = 0;
    while (this.#heads.length > 0) this.#heads.pop(); // nearly always there is none, and to set a length is slow
    if (this.octets.length > KEPT) this.#resize(INITIAL);
  }

  /** What was written since `begin`, and then `rest`: a view, good until the next `begin`. */
  finish(rest?: Uint8Array): Uint8Array {
    if (rest) {
      this.reserve(rest.length);
      this.octets.set(rest, this.at);
      this.at += rest.length;
    }
    return this.octets.subarray(0, this.at);
  }

  copy({ format, body }: RawItem): boolean {
    if (format !== this.format || typeof body === "string") return false;
    this.reserve(body.length);
    this.octets.set(body, this.at);
    this.at += body.length;
    return true;
  }

  text(value: string): void {
    const guess = this.textHeadSize(value.length);
    this.reserve(HEAD + value.length * 3);
    const head = this.at;
    const size = this.#encode(value, head + guess);
    const needed = this.textHeadSize(size);
    if (needed !== guess) this.octets.copyWithin(head + needed, head + guess, head + guess + size);
    this.textHead(size);
    this.at += size;
  }

  bytes(value: Uint8Array): void {
    this.reserve(HEAD + value.length);
    this.bytesHead(value.length);
    this.octets.set(value, this.at);
    this.at += value.length;
  }

  openList(count: number | undefined): void {
    this.reserve(HEAD);
    this.#heads.push(count === undefined ? this.at : -1);
    this.listHead(count ?? 0);
  }

  openDict(count: number | undefined): void {
    this.reserve(HEAD);
    this.#heads.push(count === undefined ? this.at : -1);
    this.dictHead(count ?? 0);
  }

  closeList(count: number): void {
    const head = this.#heads.pop() ?? -1;
    if (head < 0 || count === 0) return;
    const end = this.#moveFor(head, this.listHeadSize(count));
    this.listHead(count);
    this.at = end;
  }

  closeDict(count: number): void {
    const head = this.#heads.pop() ?? -1;
    if (head < 0 || count === 0) return;
    const end = this.#moveFor(head, this.listHeadSize(count));
    this.dictHead(count);
    this.at = end;
  }

  protected abstract textHeadSize(octets: number): number;
  protected abstract textHead(octets: number): void;
  protected abstract bytesHead(octets: number): void;
  /** Lists and dicts of the same count have heads of the same size. */
  protected abstract listHeadSize(count: number): number;
  protected abstract listHead(count: number): void;
  protected abstract dictHead(count: number): void;

  protected reserve(size: number): void {
    if (this.at + size > this.octets.length) this.#resize(Math.max(this.octets.length * 2, this.at + size));
  }

  protected head8(head: number, value: number): void {
    this.octets[this.at] = head;
    this.octets[this.at + 1] = value;
    this.at += 2;
  }

  protected head16(head: number, value: number): void {
    this.octets[this.at] = head;
    this.view.setUint16(this.at + 1, value);
    this.at += 3;
  }

  protected head32(head: number, value: number): void {
    this.octets[this.at] = head;
    this.view.setUint32(this.at + 1, value);
    this.at += 5;
  }

  protected head64(head: number, value: number | bigint): void {
    this.octets[this.at] = head;
    if (typeof value === "bigint") this.view.setBigUint64(this.at + 1, BigInt.asUintN(64, value));
    else {
      this.view.setUint32(this.at + 1, Math.floor(value / 2 ** 32));
      this.view.setUint32(this.at + 5, value >>> 0);
    }
    this.at += 9;
  }

  protected headFloat(head: number, value: number): void {
    this.reserve(HEAD);
    this.octets[this.at] = head;
    this.view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  /** Makes room for a head longer than the one octet it was given, goes there, and returns where the message then ends. */
  #moveFor(head: number, size: number): number {
    this.reserve(size);
    const end = this.at + size - 1;
    if (size > 1) this.octets.copyWithin(head + size, head + 1, this.at);
    this.at = head;
    return end;
  }

  #encode(value: string, at: number): number {
    const { octets } = this;
    if (value.length <= SHORT) {
      let index = 0;
      for (; index < value.length; index++) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) break;
        octets[at + index] = code;
      }
      if (index === value.length) return index;
    }
    // The encoder would write U+FFFD for a lone surrogate, without a word.
    if (!value.isWellFormed())
      throw new Untranslatable("a string with a lone surrogate has no form in UTF-8");
    return UTF8.encodeInto(value, octets.subarray(at)).written;
  }

  #resize(size: number): void {
    const octets = new Uint8Array(size);
    octets.set(this.octets.subarray(0, this.at));
    this.octets = octets;
    this.view = new DataView(octets.buffer);
  }
}
