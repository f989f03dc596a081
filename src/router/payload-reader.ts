/**
 * How the router reads the arguments of calls to itself, and takes parts of a payload without decoding them. A port: the
 * formats are the serializer's business. Nothing here is used for what passes between clients.
 */
import type { Payload, RawItem } from "../wamp/payload.ts";

export interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export interface PayloadParts {
  readonly args?: RawItem;
  readonly kwargs?: RawItem;
}

export interface PayloadReader {
  /** The values of a payload; an absent one has none. @throws WampError invalid_argument where a value has no plain form */
  read(payload: Payload | undefined): Arguments;
  /**
   * Arguments and ArgumentsKw in the format of `like`: as they stand where that is their own. Undefined where that format
   * cannot express one of their values (SER-12).
   */
  parts(payload: Payload | undefined, like: Payload | undefined): PayloadParts | undefined;
  /**
   * A payload from the elements at two places of Arguments, as they stand: a list and a dict, each absent or null (TES-03).
   * @throws WampError invalid_argument where they are anything else
   */
  nested(payload: Payload | undefined, argsAt: number, kwargsAt: number): Payload | undefined;
}
