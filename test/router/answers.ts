/** What many tests of the router expect. */
import { expect } from "vitest";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import type { Scene, Wire } from "./scene.ts";

/** An ERROR that the router makes: empty Details, some text for people in Arguments[0] (ERR-37). */
export function failed(requestType: number, request: number, uri: string): Wire {
  return [8, requestType, request, {}, uri, [expect.any(String)]];
}

/** The message is a protocol violation; the gateway would ABORT the session (SES-40). */
export function violates(scene: Scene, name: string, ...wire: unknown[]): void {
  expect(() => scene.send(name, ...wire)).toThrow(ProtocolViolation);
}

export const CANCELING = { publisher: [], subscriber: [], caller: [], callee: ["call_canceling"] };
