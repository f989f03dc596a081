/**
 * Between the walkers, which read one format each, and the writers, which write one: what a data item is made of. A walker
 * reports tokens to a sink in the order of the source; a sink never asks back, so no tree is built between two formats.
 */
import type { RawItem } from "../wamp/payload.ts";

export interface Sink {
  /** A whole data item as it stands, if the sink writes that format: nothing that stays in its format is lost. */
  copy?(item: RawItem): boolean;
  null(): void;
  /** CBOR's undefined, and what msgpackr writes for it (SER-13, SER-21). */
  undefined(): void;
  boolean(value: boolean): void;
  /** Exact: a number up to 2^53 either way, a bigint beyond (SER-11). */
  integer(value: number | bigint): void;
  /** A float even where it is integral: 1.0 is not 1. */
  float(value: number): void;
  text(value: string): void;
  /** Octets still owned by the source: a sink that keeps them copies them. */
  bytes(value: Uint8Array): void;
  /** A value that only its own format can express, such as a timestamp; `what` names it for the error (SER-12). */
  foreign(what: string): void;
  /** `count` is undefined where the source does not know it beforehand; the matching close always does. */
  openList(count: number | undefined): void;
  closeList(count: number): void;
  /** A dict's keys and values follow in turn; `count` counts pairs. */
  openDict(count: number | undefined): void;
  closeDict(count: number): void;
}
