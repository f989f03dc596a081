/** What the tests of messages share: an expectation that a client breaks the protocol. */
import { expect } from "vitest";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { parse } from "../../src/wamp/message.ts";

/** Reading `header` from a client ends the session, and the text given to the peer tells why. */
export function violation(header: readonly unknown[], names: string | RegExp): void {
  let thrown: unknown;
  try {
    parse({ header, payload: undefined });
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `message type ${String(header[0])} passed`).toBeInstanceOf(ProtocolViolation);
  expect(thrown).toMatchObject({ reason: "wamp.error.protocol_violation", closeCode: 1002 });
  expect((thrown as ProtocolViolation).message).toMatch(names);
}
