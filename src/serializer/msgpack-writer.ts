/** Writes MessagePack, each value in its shortest form; floats as float64. */
import { OctetWriter } from "./octet-writer.ts";
import { Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";

export class MsgpackWriter extends OctetWriter implements Sink {
  protected readonly format = "msgpack";

  null(): void {
    this.#octet(0xc0);
  }
  undefined(): void {
    this.#octet(0xc0); // SER-13
  }
  boolean(value: boolean): void {
    this.#octet(value ? 0xc3 : 0xc2);
  }
  float(value: number): void {
    this.headFloat(0xcb, value);
  }
  foreign(what: string): void {
    throw new Untranslatable(`${what} has no form in msgpack`);
  }

  integer(value: number | bigint): void {
    this.reserve(9);
    if (typeof value === "bigint") this.#large(value);
    else if (value >= 0) this.#positive(value);
    else this.#negative(value);
  }

  #positive(value: number): void {
    if (value < 0x80) this.#octet(value);
    else if (value < 0x100) this.head8(0xcc, value);
    else if (value < 0x1_0000) this.head16(0xcd, value);
    else if (value < 0x1_0000_0000) this.head32(0xce, value);
    else this.head64(0xcf, value);
  }

  #negative(value: number): void {
    if (value >= -0x20) this.#octet(value);
    else if (value >= -0x80) this.head8(0xd0, value);
    else if (value >= -0x8000) this.head16(0xd1, value);
    else if (value >= -0x8000_0000) this.head32(0xd2, value);
    else this.head64(0xd3, value);
  }

  #large(value: bigint): void {
    if (value >= 2n ** 64n || value < -(2n ** 63n)) {
      throw new Untranslatable("an integer beyond 64 bit has no form in msgpack");
    }
    this.head64(value < 0n ? 0xd3 : 0xcf, value);
  }

  protected textHeadSize(octets: number): number {
    if (octets < 32) return 1;
    if (octets < 0x100) return 2;
    return octets < 0x1_0000 ? 3 : 5;
  }

  protected textHead(octets: number): void {
    if (octets < 32) this.#octet(0xa0 | octets);
    else if (octets < 0x100) this.head8(0xd9, octets);
    else if (octets < 0x1_0000) this.head16(0xda, octets);
    else this.head32(0xdb, octets);
  }

  protected bytesHead(octets: number): void {
    if (octets < 0x100) this.head8(0xc4, octets);
    else if (octets < 0x1_0000) this.head16(0xc5, octets);
    else this.head32(0xc6, octets);
  }

  protected listHeadSize(count: number): number {
    if (count < 16) return 1;
    return count < 0x1_0000 ? 3 : 5;
  }

  protected listHead(count: number): void {
    if (count < 16) this.#octet(0x90 | count);
    else if (count < 0x1_0000) this.head16(0xdc, count);
    else this.head32(0xdd, count);
  }

  protected dictHead(count: number): void {
    if (count < 16) this.#octet(0x80 | count);
    else if (count < 0x1_0000) this.head16(0xde, count);
    else this.head32(0xdf, count);
  }

  #octet(value: number): void {
    this.reserve(1);
    this.octets[this.at++] = value;
  }
}
