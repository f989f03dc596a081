/**
 * How one contender is spoken to. A row is written once, in these words, and so puts the same load on WAMP and on the
 * bare relay. Everything that reads a message throws on any but the one it names: an ERROR or an ABORT ends the bench.
 */
import { SMALL } from "../client/mark.ts";
import type { BenchSocket } from "../client/web-socket.ts";
import type { Format } from "./notation.ts";

export type Role = "caller" | "callee" | "publisher" | "subscriber" | "nobody";

/** What the load looks like on the wire. */
export interface Speech {
  readonly format: Format;
  /** Who batches, as in `wamp.2.cbor.batched`. */
  readonly batched: "nobody" | "subscribers" | "everybody";
  /** Bytes of text in each payload, 12 at least. */
  readonly payload: number;
}

/** What goals.md means where it says nothing. */
export const PLAIN_SPEECH: Speech = { format: "json", batched: "nobody", payload: SMALL };

/** Messages in a frame, at most, that a batching client sends. */
export const BATCH = 32;

export interface Dialect {
  /** Connects and does what the role needs before the first message of the load; `index` tells callers apart (0-99). */
  join(port: number, role: Role, index: number): Promise<BenchSocket>;

  call(request: number, payload: string): string;
  /** Reads the call that reached the callee. */
  invocation(message: string): Arrival;
  answer(invocation: Arrival): string;
  result(message: string): Arrival;

  /** A procedure, and below a topic, of one's own. The bare relay has neither. */
  register(request: number, procedure: string): string;
  /** Reads the answer: the request id of its register. */
  registered(message: string): number;
  subscribe(request: number, topic: string): string;
  /** Reads the answer: the request id of its subscribe. */
  subscribed(message: string): number;
  publish(request: number, payload: string): string;
  event(message: string): Arrival;
  publishAcknowledged(request: number, payload: string): string;
  /** Reads the acknowledgement: the request id of its publish. */
  published(message: string): number;
}

/** A message that brought a payload, and the id to answer to or that it answers. */
export interface Arrival {
  readonly id: number;
  readonly payload: string;
}

export function unexpected(message: string, wanted: string): Error {
  return new Error(`wanted ${wanted}, got ${JSON.stringify(message.slice(0, 300))}`);
}

/** One question, one answer. */
export async function ask(socket: BenchSocket, question: string, prefix: string): Promise<string> {
  const answer = await new Promise<string>((resolve, reject) => {
    socket.onMessage = resolve;
    socket.onFault = reject;
    socket.send(question);
  });
  if (!answer.startsWith(prefix)) throw unexpected(answer, `something that begins with ${prefix}`);
  return answer;
}
