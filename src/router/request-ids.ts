/** The order of a client's request ids (ID-09, ID-10), checked as strictly as the realm is set to. */
import { ProtocolViolation } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { Session } from "./session.ts";

/**
 * `off` checks the range only, which real clients need; `increasing` lets ids be left out but not come back; `strict` is
 * the spec: 1, then one more each time.
 */
export type RequestIdCheck = "off" | "increasing" | "strict";

/** A message whose Request counts in the sequence. */
interface Request {
  readonly type: string;
  readonly request: number;
}

/** @throws ProtocolViolation where the request's id is out of sequence */
export function checkRequestId(session: Session, { type, request }: Request, check: RequestIdCheck): void {
  if (check === "off") return;
  // PCI-12: a further chunk repeats the id of its call and does not advance the sequence; the dealer judges it.
  if (type === "CALL" && comesLate(session, request)) return;
  const last = session.lastRequest;
  session.lastRequest = request;
  // After sleep the last id is not known; the sequence goes on from what comes.
  if (last === undefined) return;
  const next = nextId(last);
  const inOrder = check === "strict" ? request === next : request > last || next === request;
  if (!inOrder) throw new ProtocolViolation(`request id ${request} is out of sequence: expected ${next}`);
}

/**
 * PCI-12: whether a CALL with this id is at or below the watermark, so that it begins no call: a further chunk, perhaps of
 * a call that has ended. Only who announced progressive invocations sends chunks; 2^53 is followed by 1.
 */
export function comesLate(caller: Session, request: number): boolean {
  if (request > caller.lastCall || request === nextId(caller.lastCall)) return false;
  return caller.announced("caller", "progressive_call_invocations");
}
