/** What the walkers of msgpack and CBOR share: a cursor that never reads, and never counts, beyond what is there. */
import { ProtocolViolation } from "../wamp/error.ts";
import type { KnownTexts } from "./known-texts.ts";
import type { FrameLimits } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import { isUtf8, textOf } from "./utf8.ts";
import { PROTOTYPE_KEY, tooDeep, tooMany } from "./walker.ts";

const TWO_TO_32 = 2 ** 32;
/** The upper half of 2^53: an integer is exact as a number below it. */
const SAFE_HIGH = 2 ** 21;

/** Octets of a payload that not every client reads, and the same value as all of them read it. */
export interface Rewrite {
  readonly from: number;
  readonly to: number;
  readonly by: Uint8Array;
}

export abstract class OctetWalker {
  at = 0;
  items = 0;
  forOthers = false;
  /** In the order in which they stand; undefined where there is nothing to rewrite, as nearly always. */
  rewrites: Rewrite[] | undefined;
  protected abstract readonly formatName: string;
  protected octets: Uint8Array;
  protected end: number;
  protected readonly limits: FrameLimits;
  readonly #known: KnownTexts | undefined;
  /** Where texts are looked up and remembered, if they are. */
  #texts: KnownTexts | undefined;
  /** How many containers are open. */
  protected depth = 0;
  #view: DataView | undefined;
  /** Where the last text began that was walked. */
  #textFrom = 0;

  /** @param known where it may remember texts */
  constructor(octets: Uint8Array, limits: FrameLimits, known?: KnownTexts) {
    this.octets = octets;
    this.end = octets.length;
    this.limits = limits;
    this.#known = known;
  }

  /** Another message, whatever became of the last one. */
  begin(octets: Uint8Array): void {
    this.octets = octets;
    this.end = octets.length;
    this.at = 0;
    this.items = 0;
    this.forOthers = false;
    this.rewrites = undefined;
    this.depth = 0;
    this.#view = undefined;
    this.#textFrom = 0;
    this.#texts = undefined;
  }

  set remembers(remembers: boolean) {
    this.#texts = remembers ? this.#known : undefined;
  }

  isNext(raw: string | Uint8Array): boolean {
    if (typeof raw === "string" || raw.length > this.end - this.at) return false;
    for (let at = 0; at < raw.length; at++) if (raw[at] !== this.octets[this.at + at]) return false;
    return true;
  }

  pass(length: number, items: number): void {
    this.at += length;
    this.items += items;
    if (this.items > this.limits.items) throw tooMany(this.limits.items, this.at);
  }

  rawFrom(from: number): Uint8Array {
    return this.octets.slice(from, this.at);
  }

  between(): void {
    // Nothing stands between two values.
  }

  protected get view(): DataView {
    this.#view ??= new DataView(this.octets.buffer, this.octets.byteOffset, this.end);
    return this.#view;
  }

  /** Steps over so many octets and returns where they begin. */
  protected take(count: number): number {
    const from = this.at;
    if (count > this.end - from) throw this.malformed(`${count - (this.end - from)} octets are missing`);
    this.at = from + count;
    return from;
  }

  /** The next octet, or -1 at the end. */
  protected peek(): number {
    return this.octets[this.at] ?? -1;
  }

  protected uint8(): number {
    const octet = this.octets[this.at];
    if (octet === undefined) throw this.malformed("octets are missing");
    this.at++;
    return octet;
  }

  protected uint16(): number {
    return this.#uint16At(this.take(2));
  }

  protected uint32(): number {
    return this.uint32At(this.take(4));
  }

  /** A number up to 2^53, a bigint beyond. */
  protected uint64(): number | bigint {
    const from = this.take(8);
    const high = this.uint32At(from);
    return high < SAFE_HIGH ? high * TWO_TO_32 + this.uint32At(from + 4) : safe(this.view.getBigUint64(from));
  }

  protected int64(): number | bigint {
    const from = this.take(8);
    const high = this.uint32At(from) | 0;
    const isSafe = high >= -SAFE_HIGH && high < SAFE_HIGH;
    return isSafe ? high * TWO_TO_32 + this.uint32At(from + 4) : safe(this.view.getBigInt64(from));
  }

  /** Four octets that were taken before. Put together by hand: a DataView costs more than most messages need. */
  protected uint32At(from: number): number {
    return ((this.#uint16At(from) << 16) | this.#uint16At(from + 2)) >>> 0;
  }

  #uint16At(from: number): number {
    return ((this.octets[from] ?? 0) << 8) | (this.octets[from + 1] ?? 0);
  }

  protected countItem(): void {
    if (++this.items > this.limits.items) throw tooMany(this.limits.items, this.at);
  }

  /** Opens a container that announced so many values: each takes an octet at least, and counts. */
  protected enter(values: number): void {
    if (++this.depth > this.limits.depth) throw tooDeep(this.limits.depth, this.at);
    if (values > this.end - this.at)
      throw this.malformed(`${values} values are announced, more than there are octets`);
    if (values > this.limits.items - this.items) throw tooMany(this.limits.items, this.at);
  }

  protected text(length: number, sink: Sink | undefined): void {
    const from = this.take(length);
    this.#textFrom = from;
    if (sink) sink.text(this.textAt(from));
    else if (!isUtf8(this.octets, from, this.at)) throw this.malformed("a string is not UTF-8");
  }

  /** The text from an offset to the cursor. */
  protected textAt(from: number): string {
    const known = this.#texts?.findOctets(this.octets, from, this.at);
    if (known !== undefined) return known;
    const text = textOf(this.octets, from, this.at);
    if (text === undefined) throw this.malformed("a string is not UTF-8");
    this.#texts?.addOctets(text, this.octets, from, this.at);
    return text;
  }

  protected bytes(length: number, sink: Sink | undefined): void {
    const from = this.take(length);
    sink?.bytes(this.octets.subarray(from, this.at));
  }

  /** A key of a dict was walked, which ends at the cursor. */
  protected checkKey(): void {
    if (!this.forOthers) return;
    const last = this.rewrites?.at(-1);
    // A text of its length has a head of one octet.
    const isRewritten = last?.to === this.at && isPrototype(last.by, 1, last.by.length);
    if (isRewritten || isPrototype(this.octets, this.#textFrom, this.at)) throw this.malformed(PROTOTYPE_KEY);
  }

  /** What stands from an offset to the cursor reaches others as these octets. */
  protected rewrite(from: number, by: Uint8Array): void {
    this.rewrites ??= [];
    this.rewrites.push({ from, to: this.at, by });
  }

  protected malformed(what: string): ProtocolViolation {
    return new ProtocolViolation(`malformed ${this.formatName}: ${what}, at octet ${this.at}`);
  }
}

const PROTOTYPE = Uint8Array.from("__proto__", (character) => character.charCodeAt(0));

function isPrototype(octets: Uint8Array, from: number, to: number): boolean {
  return to - from === PROTOTYPE.length && PROTOTYPE.every((octet, at) => octets[from + at] === octet);
}

function safe(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}
