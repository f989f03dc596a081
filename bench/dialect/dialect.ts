/**
 * How one contender is spoken to. A row is written once, in these words, and so puts the same load on WAMP and on the
 * bare relay. Everything that reads a frame throws on any frame but the one it names: an ERROR or an ABORT ends the bench.
 */
import type { BenchSocket } from "../client/web-socket.ts";

export type Role = "caller" | "callee" | "publisher" | "subscriber";

export interface Dialect {
  /** Connects and does what the role needs before the first frame of the load; `index` tells callers apart (0-99). */
  join(port: number, role: Role, index: number): Promise<BenchSocket>;

  call(request: number, payload: string): string;
  /** Reads the call that reached the callee. */
  invocation(frame: string): Arrival;
  answer(invocation: Arrival): string;
  result(frame: string): Arrival;

  publish(request: number, payload: string): string;
  event(frame: string): Arrival;
  publishAcknowledged(request: number, payload: string): string;
  /** Reads the acknowledgement: the request id of its publish. */
  published(frame: string): number;
}

/** A frame that brought a payload, and the id to answer to or that it answers. */
export interface Arrival {
  readonly id: number;
  readonly payload: string;
}

export function unexpected(frame: string, wanted: string): Error {
  return new Error(`wanted ${wanted}, got ${frame.slice(0, 300)}`);
}
