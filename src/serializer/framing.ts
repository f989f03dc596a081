/**
 * Messages to and from frames. Not batched, a frame is a message. Batched, JSON messages end with a separator (BAT-01) and
 * binary ones begin with their length (BAT-03, BAT-04); a batch of one is a batch too (BAT-05).
 */
import { ProtocolViolation } from "../wamp/error.ts";
import type { Encoded } from "./serializer.ts";

/** Frames of messages in the form M, which is also the form of a frame. */
export interface Framing<M extends Encoded> {
  /** @throws ProtocolViolation when the batch is malformed (BAT-05..07) */
  split(frame: M): readonly M[];
  join(messages: readonly M[]): M;
}

/** BAT-02: the spec's separator, and the one that Autobahn|Python reads and writes. */
export const RECORD_SEPARATOR = "\u001e";
export const CANCEL = "\u0018";
export type Separator = typeof RECORD_SEPARATOR | typeof CANCEL;

/** Messages that a batch may hold: each costs something before the first is looked at. */
const MAX_MESSAGES = 16_384;
/** The octets of a message's length. */
const PREFIX = 4;

function tooManyMessages(): ProtocolViolation {
  return new ProtocolViolation(`a batch may hold ${MAX_MESSAGES} messages`);
}

export function single<M extends Encoded>(): Framing<M> {
  return {
    split: (frame) => [frame],
    join(messages) {
      const [message] = messages;
      if (message === undefined || messages.length > 1) {
        throw new TypeError(`a frame takes one message here, not ${messages.length}`);
      }
      return message;
    },
  };
}

/** Reads either separator and writes the given one. */
export function separated(separator: Separator): Framing<string> {
  return {
    split(frame) {
      const used = separatorOf(frame);
      if (!used) throw new ProtocolViolation("a JSON batch must end with its separator, octet 1e or 18");
      const messages = frame.slice(0, -1).split(used, MAX_MESSAGES + 1);
      if (messages.length > MAX_MESSAGES) throw tooManyMessages();
      if (messages.includes("")) throw new ProtocolViolation("a JSON batch must not hold an empty message");
      return messages;
    },
    join(messages) {
      if (messages.length === 0) throw new TypeError("a batch takes one message at least");
      return messages.join(separator) + separator;
    },
  };
}

/** The separator that a batch ends with; undefined where it ends with none. */
export function separatorOf(frame: string): Separator | undefined {
  if (frame.endsWith(RECORD_SEPARATOR)) return RECORD_SEPARATOR;
  return frame.endsWith(CANCEL) ? CANCEL : undefined;
}

export const prefixed: Framing<Uint8Array> = {
  split(frame) {
    if (frame.length === 0) throw new ProtocolViolation("a batch must not be empty");
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const messages: Uint8Array[] = [];
    for (let at = 0; at < frame.length; ) {
      const left = frame.length - at - PREFIX;
      if (left < 0) throw new ProtocolViolation(`a batch ends within a length prefix, at octet ${at}`);
      const length = view.getUint32(at);
      if (length === 0) throw new ProtocolViolation(`a batch holds a message of length zero, at octet ${at}`);
      if (length > left) throw new ProtocolViolation(`a batch ends within a message, at octet ${at}`);
      if (messages.length === MAX_MESSAGES) throw tooManyMessages();
      at += PREFIX + length;
      messages.push(frame.subarray(at - length, at));
    }
    return messages;
  },
  join(messages) {
    if (messages.length === 0) throw new TypeError("a batch takes one message at least");
    let length = 0;
    for (const message of messages) length += PREFIX + message.length;
    const frame = new Uint8Array(length);
    const view = new DataView(frame.buffer);
    let at = 0;
    for (const message of messages) {
      view.setUint32(at, message.length);
      frame.set(message, at + PREFIX);
      at += PREFIX + message.length;
    }
    return frame;
  },
};
