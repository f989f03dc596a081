/** The order of a client's request ids (ID-09, ID-10), checked as strictly as the realm is set to. */
import { ProtocolViolation } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { Session } from "./session.ts";

/**
 * `off` checks the range only, which real clients need; `increasing` lets ids be left out but not come back; `strict` is
 * the spec: 1, then one more each time.
 */
export type RequestIdCheck = "off" | "increasing" | "strict";

/** Ids of one session that are remembered as passed over; the lowest are forgotten first. */
const MOST_PASSED_OVER = 128;
const NOTHING_PASSED_OVER: readonly number[] = [];

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
 * a call that has ended. Only who announced progressive invocations sends chunks; 2^53 is followed by 1. An id that was
 * overtaken is new all the same (PCI-11).
 */
export function comesLate(caller: Session, request: number): boolean {
  if (isNext(caller, request)) return false;
  return caller.sendsChunks && !caller.passedOver.includes(request);
}

/** A CALL that is not late was received, whatever becomes of it. */
export function noteCall(caller: Session, request: number, check: RequestIdCheck): void {
  if (check === "off") noteId(caller, request);
  if (!caller.sendsChunks || isNext(caller, request)) caller.lastCall = request;
  if (caller.stored === "yes") caller.stored = "stale";
}

/**
 * Where ids are not checked they may overtake each other: a client that calls from several threads takes them in one order
 * and sends in another, as nexus does (ID-10). Those that were passed over may still come.
 */
export function noteId(session: Session, request: number): void {
  if (!session.sendsChunks) return;
  const { passedOver } = session;
  const highest = session.highestRequest ?? session.lastCall; // none above that was a call's
  if (request > highest) {
    session.highestRequest = request;
    if (request === highest + 1) return;
    const first = Math.max(highest + 1, request - MOST_PASSED_OVER);
    const missing = Array.from({ length: request - first }, (_, at) => first + at);
    session.passedOver = [...passedOver, ...missing].slice(-MOST_PASSED_OVER);
  } else if (passedOver.includes(request)) {
    session.passedOver = passedOver.filter((id) => id !== request);
  }
}

/** After some quiet nothing is on its way any more. */
export function forgetIds(session: Session): void {
  session.highestRequest = undefined;
  session.passedOver = NOTHING_PASSED_OVER;
}

function isNext({ lastCall }: Session, request: number): boolean {
  return request > lastCall || request === nextId(lastCall);
}
