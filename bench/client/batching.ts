/** WAMP's batched frames as strings of octets: JSON messages end with a separator, binary ones begin with their length. */
import { big } from "../dialect/notation.ts";

export interface Batching {
  /** Messages in a frame. */
  readonly most: number;
  join(messages: readonly string[]): string;
  split(frame: string, each: (message: string) => void): void;
}

const SEPARATOR = "\u001e";
const PREFIX = 4;

export function batching(most: number, { binary }: { readonly binary: boolean }): Batching {
  return binary
    ? { most, join: (messages) => messages.map(prefixed).join(""), split: splitPrefixed }
    : { most, join: (messages) => messages.join(SEPARATOR) + SEPARATOR, split: splitSeparated };
}

function prefixed(message: string): string {
  return big(message.length, PREFIX) + message;
}

function splitPrefixed(frame: string, each: (message: string) => void): void {
  for (let at = 0; at < frame.length; ) {
    const length =
      frame.charCodeAt(at) * 2 ** 24 +
      (frame.charCodeAt(at + 1) << 16) +
      (frame.charCodeAt(at + 2) << 8) +
      frame.charCodeAt(at + 3);
    at += PREFIX + length;
    if (at > frame.length) throw new Error("a batch ends within a message");
    each(frame.slice(at - length, at));
  }
}

function splitSeparated(frame: string, each: (message: string) => void): void {
  if (!frame.endsWith(SEPARATOR)) throw new Error("a batch has no separator at its end");
  for (const message of frame.slice(0, -1).split(SEPARATOR)) each(message);
}
