/** Writes CBOR: shortest heads, definite lengths, no tags; floats as float64. */
import { OctetWriter } from "./octet-writer.ts";
import { Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";

const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const LIST = 0x80;
const DICT = 0xa0;

export class CborWriter extends OctetWriter implements Sink {
  protected readonly format = "cbor";

  null(): void {
    this.#octet(0xf6);
  }
  undefined(): void {
    this.#octet(0xf7);
  }
  boolean(value: boolean): void {
    this.#octet(value ? 0xf5 : 0xf4);
  }
  float(value: number): void {
    this.headFloat(0xfb, value);
  }
  foreign(what: string): void {
    throw new Untranslatable(`${what} has no form in CBOR`);
  }

  integer(value: number | bigint) {
    this.reserve(9);
    const isNegative = value < 0;
    if (typeof value === "number")
      return this.#head(isNegative ? NEGATIVE : UNSIGNED, isNegative ? -1 - value : value);
    const argument = isNegative ? -1n - value : value;
    if (argument >= 2n ** 64n) throw new Untranslatable("an integer beyond 64 bit has no form in CBOR");
    this.head64(isNegative ? NEGATIVE | 27 : 27, argument);
  }

  protected textHeadSize(octets: number): number {
    return this.listHeadSize(octets);
  }

  protected textHead(octets: number): void {
    this.#head(TEXT, octets);
  }

  protected bytesHead(octets: number): void {
    this.#head(BYTES, octets);
  }

  protected listHeadSize(count: number): number {
    if (count < 24) return 1;
    if (count < 0x100) return 2;
    return count < 0x1_0000 ? 3 : 5;
  }

  protected listHead(count: number): void {
    this.#head(LIST, count);
  }

  protected dictHead(count: number): void {
    this.#head(DICT, count);
  }

  #head(kind: number, argument: number): void {
    if (argument < 24) this.octets[this.at++] = kind | argument;
    else if (argument < 0x100) this.head8(kind | 24, argument);
    else if (argument < 0x1_0000) this.head16(kind | 25, argument);
    else if (argument < 0x1_0000_0000) this.head32(kind | 26, argument);
    else this.head64(kind | 27, argument);
  }

  #octet(value: number): void {
    this.reserve(1);
    this.octets[this.at++] = value;
  }
}
