/** CALL, YIELD, ERROR, CANCEL and time running out (sections 7, 8). */
import { LIMITS } from "../premises.ts";
import type { Call, Callee, Member, Registration, Wire } from "../world.ts";
import { callRouter } from "./meta.ts";
import { bestFor, choose } from "./registering.ts";
import { isReserved, isUri, right } from "./rules.ts";
import { announced, identity, payload, type Turn, token } from "./turn.ts";

interface Asked {
  readonly progress?: boolean;
  readonly receive_progress?: boolean;
  readonly disclose_me?: boolean;
  readonly timeout?: number;
}

/** @returns whether the caller broke the protocol */
export function call(turn: Turn, caller: Member, wire: Wire): boolean {
  const [, given, options, uri, args, kwargs] = wire;
  const request = given as number; // as the scenario made it
  const { progress, receive_progress, disclose_me, timeout = 0 } = options as Asked;
  const procedure = uri as string;
  const sendsChunks = announced(caller, "caller", "progressive_call_invocations");
  if (progress === true && !sendsChunks) return true; // PCI-03
  const running = turn.world.calls.find((each) => each.caller === caller.n && each.request === request);
  if (running)
    return goOn(turn, running, { procedure, more: progress === true, content: payload(args, kwargs) });
  if (sendsChunks && request <= caller.lastCall) return false; // PCI-11
  caller.lastCall = request;
  caller.called.push(request);

  const refuse = (error: string) => {
    turn.refuse(caller.n, [48, request], error);
    return false;
  };
  if (!isUri(procedure, "exact")) return refuse("wamp.error.invalid_uri");
  const { allow, disclose } = right(turn.world, caller, { action: "call", uri: procedure, match: "exact" });
  if (!allow) return refuse("wamp.error.not_authorized");
  if (disclose_me === true && !turn.settings.allowDisclose && !disclose)
    return refuse("wamp.error.option_disallowed.disclose_me");
  if (isReserved(procedure)) {
    callRouter(turn, caller, { request, procedure, progress: progress === true, args, kwargs });
    return false;
  }
  if (turn.world.calls.filter((each) => each.caller === caller.n).length >= LIMITS.pendingCalls)
    return refuse("edgebahn.error.limit_exceeded");
  const registration = bestFor(turn, procedure);
  if (!registration) return refuse("wamp.error.no_such_procedure");
  const callee = choose(turn, registration, (each) => hasTime(turn, each));
  if (!callee) return refuse("edgebahn.error.limit_exceeded");
  const there = turn.member(callee.session);
  if (!there) throw new Error("a callee is no member");
  if (progress === true && !takesChunks(there)) return refuse("wamp.error.feature_not_supported"); // PCI-05
  const content = payload(args, kwargs);
  const made: Call = {
    caller: caller.n,
    request,
    callee: callee.session,
    invocation: nextInvocation(there),
    registration: registration.n,
    procedure,
    wantsProgress: receive_progress === true,
    disclosed: disclose || disclose_me === true,
    timeout,
    received: turn.world.clock,
    deadline: undefined,
    chunks: progress === true ? "open" : "none",
    details: {},
    interrupted: false,
    movable: { payload: content, refused: [] },
  };
  turn.world.calls.push(made);
  begin(turn, made, { caller, registration, callee, content });
  return false;
}

/** @returns whether the callee broke the protocol (SES-37) */
export function answer(turn: Turn, callee: Member, wire: Wire): boolean {
  const isError = wire[0] === 8;
  const id = (isError ? wire[2] : wire[1]) as number;
  const found = turn.world.calls.find((each) => each.callee === callee.n && each.invocation === id);
  if (!found) return id > callee.lastInvocation; // SES-38: what is over is discarded
  if (isError)
    fail(turn, callee, { call: found, error: wire[4] as string, content: payload(wire[5], wire[6]) });
  else
    result(turn, found, { more: (wire[2] as Asked).progress === true, content: payload(wire[3], wire[4]) });
  return false;
}

/** CAN-01..18. */
export function cancel(turn: Turn, caller: Member, [, request, options]: Wire): void {
  const found = turn.world.calls.find((each) => each.caller === caller.n && each.request === request);
  if (!found) return;
  const { mode = "killnowait" } = options as { mode?: string };
  const callee = turn.member(found.callee);
  const canStop = callee !== undefined && isInterruptible(callee);
  if (mode === "kill" && canStop) {
    if (found.interrupted) return;
    found.interrupted = true;
    found.movable = undefined;
    turn.say(found.callee, [69, found.invocation, { mode: "kill" }]);
    return;
  }
  turn.refuse(caller.n, [48, request], "wamp.error.canceled");
  if (mode !== "skip" && canStop) turn.say(found.callee, [69, found.invocation, { mode: "killnowait" }]);
  end(turn, found);
}

/** TMO-03, TMO-04. Of calls that end together none is the first. */
export function expire(turn: Turn): void {
  const group = turn.group();
  for (const late of turn.world.calls.filter(({ deadline = Infinity }) => deadline <= turn.world.clock)) {
    turn.refuse(late.caller, [48, late.request], "wamp.error.timeout", group);
    const callee = turn.member(late.callee);
    if (callee && isInterruptible(callee))
      turn.say(late.callee, [69, late.invocation, { mode: "killnowait" }], group);
    end(turn, late);
  }
}

/** LVE-01..10. Nothing is said of the order among calls. */
export function leaveCalls(turn: Turn, leaving: Member): void {
  const group = turn.group();
  for (const each of turn.world.calls.filter(({ callee }) => callee === leaving.n)) {
    if (each.caller !== leaving.n) turn.refuse(each.caller, [48, each.request], "wamp.error.canceled", group);
    end(turn, each);
  }
  for (const each of turn.world.calls.filter(({ caller }) => caller === leaving.n)) {
    const callee = turn.member(each.callee);
    if (callee && isInterruptible(callee) && !each.interrupted)
      turn.say(each.callee, [69, each.invocation, { mode: "killnowait" }], group);
    end(turn, each);
  }
}

function goOn(
  turn: Turn,
  running: Call,
  { procedure, more, content }: { procedure: string; more: boolean; content: Wire },
): boolean {
  if (running.chunks !== "open") return true; // ID-11, PCI-15
  if (procedure !== running.procedure) return false; // PCI-17
  running.chunks = more ? "open" : "complete";
  running.movable = undefined;
  invoke(turn, running, content);
  return false;
}

function result(turn: Turn, found: Call, { more, content }: { more: boolean; content: Wire }): undefined {
  if (more && !found.wantsProgress) return; // PCR-08
  turn.say(found.caller, [50, found.request, more ? { progress: true } : {}, ...content]);
  if (!more) return end(turn, found);
  found.movable = undefined;
  if (found.deadline !== undefined) found.deadline = turn.world.clock + found.timeout; // PCR-13
}

function fail(
  turn: Turn,
  callee: Member,
  { call: found, error, content }: { call: Call; error: string; content: Wire },
) {
  const reroutes = error === "wamp.error.unavailable" && announced(callee, "callee", "call_reroute");
  if (reroutes && found.movable) return move(turn, found, found.movable);
  turn.say(found.caller, [8, 48, found.request, {}, error, ...content]);
  end(turn, found);
}

/** RRT-01..08. */
function move(
  turn: Turn,
  found: Call,
  { payload: content, refused }: NonNullable<Call["movable"]>,
): undefined {
  const tried = [...refused, found.callee];
  const registration = turn.world.registrations.find(({ n }) => n === found.registration);
  const isFree = (each: Callee) => !tried.includes(each.session) && hasTime(turn, each);
  const callee = registration && choose(turn, registration, isFree);
  const there = callee && turn.member(callee.session);
  const caller = turn.member(found.caller);
  const giveUp = (error: string): undefined => {
    turn.refuse(found.caller, [48, found.request], error);
    end(turn, found);
  };
  if (!registration || !callee || !there || !caller) return giveUp("wamp.error.no_available_callee");
  if (found.chunks !== "none" && !takesChunks(there)) return giveUp("wamp.error.feature_not_supported");
  found.callee = callee.session;
  found.invocation = nextInvocation(there);
  found.movable = { payload: content, refused: tried };
  begin(turn, found, { caller, registration, callee, content });
}

function begin(
  turn: Turn,
  begun: Call,
  {
    caller,
    registration,
    callee,
    content,
  }: { caller: Member; registration: Registration; callee: Callee; content: Wire },
): void {
  const there = turn.member(callee.session);
  if (!there) return;
  const strict = turn.settings.progressiveResults === "strict";
  const takesProgress =
    announced(there, "callee", "progressive_call_results") && (!strict || isInterruptible(there)); // PCR-01, PCR-02
  begun.details = {
    ...(registration.match !== "exact" && { procedure: begun.procedure }),
    ...((begun.disclosed || callee.wantsCaller) && identity("caller", caller)),
    ...(begun.wantsProgress && takesProgress && { receive_progress: true }),
  };
  // TMO-06, TMO-07, RRT-08
  const isTimed = begun.timeout > 0 && begun.deadline === undefined;
  const forwards = isTimed && callee.forwards && announced(there, "callee", "call_timeout");
  if (isTimed && !forwards) begun.deadline = begun.received + begun.timeout;
  invoke(turn, begun, content, forwards ? { timeout: begun.timeout } : {});
}

function invoke(
  turn: Turn,
  { callee, invocation, registration, details, chunks }: Call,
  content: Wire,
  more = {},
): void {
  const progress = chunks === "open" ? { progress: true } : {};
  turn.say(callee, [
    68,
    invocation,
    token("registration", registration),
    { ...details, ...progress, ...more },
    ...content,
  ]);
}

function end({ world }: Turn, over: Call): undefined {
  world.calls = world.calls.filter((each) => each !== over);
}

function nextInvocation(callee: Member): number {
  callee.lastInvocation++;
  return callee.lastInvocation;
}

function hasTime({ world }: Turn, { session }: Callee): boolean {
  return world.calls.filter(({ callee }) => callee === session).length < LIMITS.pendingInvocations;
}

function isInterruptible(callee: Member): boolean {
  return announced(callee, "callee", "call_canceling") || announced(callee, "callee", "call_cancelling");
}

function takesChunks(callee: Member): boolean {
  return announced(callee, "callee", "progressive_call_invocations") && isInterruptible(callee);
}
