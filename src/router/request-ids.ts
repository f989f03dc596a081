/** The order of a client's request ids (ID-09, ID-10), checked as strictly as the realm is set to. */
import { ProtocolViolation } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { Session } from "./session.ts";

/**
 * `off` checks the range only, which real clients need; `increasing` lets ids be left out but not come back; `strict` is
 * the spec: 1, then one more each time.
 */
export type RequestIdCheck = "off" | "increasing" | "strict";

/** @throws ProtocolViolation where `request` is out of sequence */
export function checkRequestId(session: Session, request: number, check: RequestIdCheck): void {
  if (check === "off") return;
  const last = session.lastRequest;
  session.lastRequest = request;
  // After sleep the last id is not known; the sequence goes on from what comes.
  if (last === undefined) return;
  const next = nextId(last);
  const inOrder = check === "strict" ? request === next : request > last || next === request;
  if (!inOrder) throw new ProtocolViolation(`request id ${request} is out of sequence: expected ${next}`);
}
