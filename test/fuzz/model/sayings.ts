/** The messages that commands stand for: who says what, in the reference's ids. */
import type { PublishWith, Saying } from "./command.ts";
import type { Call, Member, Token, Wire, World } from "./world.ts";

/** What clients must remember to say something new each time. */
export class Sayings {
  /** Connection to the last request id that it used. */
  readonly #requests: number[] = [];
  /** No two payloads are alike. */
  #serial = 0;

  /** Undefined where there is nothing of the kind to speak of. */
  message(saying: Saying, world: World): { member: Member; wire: Wire } | undefined {
    const member = "who" in saying ? pick(world.members, saying.who) : undefined;
    switch (saying.do) {
      case "chunk":
      case "yield":
      case "fail":
      case "cancel":
        return this.#ofCall(saying, world);
      default:
        return member && { member, wire: this.#wire(saying, member, world) };
    }
  }

  #ofCall(
    saying: Extract<Saying, { do: "chunk" | "yield" | "fail" | "cancel" }>,
    world: World,
  ): { member: Member; wire: Wire } | undefined {
    const calls = saying.do === "chunk" ? world.calls.filter(({ chunks }) => chunks === "open") : world.calls;
    const found = pick(calls, saying.which);
    if (!found) return undefined;
    const { caller, callee, request, invocation, procedure } = found;
    const by = (n: number, wire: Wire) => {
      const member = world.members.find((each) => each.n === n);
      return member && { member, wire };
    };
    switch (saying.do) {
      case "chunk": {
        const target = saying.strays ? `${procedure}.x` : procedure;
        return by(caller, [48, request, saying.last ? {} : { progress: true }, target, ...this.#content()]);
      }
      case "yield":
        return by(callee, [70, invocation, saying.progress ? { progress: true } : {}, ...this.#content()]);
      case "fail": {
        const error = saying.unavailable ? "wamp.error.unavailable" : "com.error.own";
        return by(callee, [8, 68, invocation, {}, error, ...this.#content()]);
      }
      case "cancel":
        return by(caller, [49, request, saying.mode === "none" ? {} : { mode: saying.mode }]);
    }
  }

  #wire(
    saying: Exclude<Saying, { do: "chunk" | "yield" | "fail" | "cancel" }>,
    member: Member,
    world: World,
  ): Wire {
    const request = this.#request(member);
    switch (saying.do) {
      case "subscribe": {
        const options = { match: saying.match, ...(saying.retained && { get_retained: true }) };
        return [32, request, options, saying.topic];
      }
      case "unsubscribe":
      case "unregister": {
        const what = saying.do === "unsubscribe" ? "subscription" : "registration";
        return [saying.do === "unsubscribe" ? 34 : 66, request, this.#held(what, saying, { member, world })];
      }
      case "register": {
        const options = { match: saying.match, invoke: saying.invoke, ...all(saying.asks) };
        return [64, request, options, saying.procedure];
      }
      case "publish":
        return [16, request, publishOptions(saying.with, world), saying.topic, ...this.#content()];
      case "call": {
        const asks = saying.asks.filter((each) => each !== "progress" || sendsChunks(member));
        const options = { ...all(asks), ...(saying.timeout > 0 && { timeout: saying.timeout }) };
        return [48, request, options, saying.procedure, ...this.#content()];
      }
      case "late":
        return late(saying.how, member, world);
      case "testament": {
        const kwargs = { publish_options: publishOptions(saying.with, world), ...scoped(saying.scope) };
        const [args = [], named = {}] = this.#content();
        return [48, request, {}, "wamp.session.add_testament", [saying.topic, args, named], kwargs];
      }
      case "flush":
        return [48, request, {}, "wamp.session.flush_testaments", [], scoped(saying.scope)];
      case "look":
        return [48, request, {}, saying.procedure, looked(saying, world)];
      case "kill": {
        const [procedure, args] = killed(saying, world);
        const kwargs = saying.reason === undefined ? {} : { reason: saying.reason, message: "because" };
        return [48, request, {}, `wamp.session.${procedure}`, args, kwargs];
      }
      case "take": {
        const procedure =
          saying.what === "subscription"
            ? "wamp.subscription.remove_subscriber"
            : "wamp.registration.remove_callee";
        const whose = pick(world.members, saying.whose);
        const id = this.#held(
          saying.what,
          { which: saying.which, own: true },
          { member: whose ?? member, world },
        );
        return [48, request, {}, procedure, [id, sessionOf(whose ?? member)]];
      }
      case "rename": {
        const target = pick(world.members, saying.which) ?? member;
        const delta = { [["alice", "bob"].includes(saying.as) ? "authid" : "authrole"]: saying.as };
        return [48, request, {}, "wamp.session.modify_details", [sessionOf(target), delta]];
      }
    }
  }

  #held(
    is: "subscription" | "registration",
    { which, own }: { which: number; own: boolean },
    { member, world }: { member: Member; world: World },
  ): unknown {
    const everything = is === "subscription" ? world.subscriptions : world.registrations;
    const candidates = own
      ? member.holds.filter((held) => held.is === is)
      : everything.map(({ n }) => ({ is, n }));
    return pick(candidates, which) ?? 4_000_000_000;
  }

  #request({ connection }: Member): number {
    const request = (this.#requests[connection] ?? 0) + 1;
    this.#requests[connection] = request;
    return request;
  }

  /** Arguments, arguments and keywords, keywords alone, or nothing. */
  #content(): Wire {
    const serial = ++this.#serial;
    const forms = [[[serial]], [[serial, "é"]], [[serial], { serial }], [[], { serial }], [], [[]]];
    return forms[serial % 13] ?? [[serial]];
  }
}

/** The one that `which` counts round to. */
export function pick<T>(all: readonly T[], which: number): T | undefined {
  return all[which % all.length];
}

function all(asks: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(asks.map((name) => [name, true]));
}

function sendsChunks({ roles }: Member): boolean {
  return roles.caller?.includes("progressive_call_invocations") ?? false;
}

function sessionOf({ n }: Member): Token {
  return { is: "session", n };
}

function scoped(scope: string): Readonly<Record<string, string>> {
  return scope === "none" ? {} : { scope };
}

function publishOptions({ asks, exclude, eligible, ...lists }: PublishWith, { members }: World) {
  const sessions = (list: readonly number[] | undefined) =>
    [...new Set(list?.flatMap((which) => pick(members, which) ?? []))].map(sessionOf);
  const { include_me, ...options } = all(asks);
  return {
    ...options,
    ...(include_me && { exclude_me: false }),
    ...(exclude && { exclude: sessions(exclude) }),
    ...(eligible && { eligible: sessions(eligible) }),
    ...lists,
  };
}

/** About a call that is over, as far as anybody can know. */
function late(how: "yield" | "error" | "cancel" | "chunk", member: Member, { calls }: World): Wire {
  const isOpen = (invocation: number) =>
    calls.some((each: Call) => each.callee === member.n && each.invocation === invocation);
  const isPending = (request: number) =>
    calls.some((each) => each.caller === member.n && each.request === request);
  const over = Array.from({ length: member.lastInvocation }, (_, at) => at + 1).filter((id) => !isOpen(id));
  const asked = Array.from({ length: member.lastCall }, (_, at) => at + 1).filter((id) => !isPending(id));
  const invocation = over.at(-1);
  const request = asked.at(-1) ?? 1_000;
  if (how === "yield" && invocation !== undefined) return [70, invocation, {}];
  if (how === "error" && invocation !== undefined) return [8, 68, invocation, {}, "com.error.late"];
  // PCI-11 binds those that announced that they send chunks. After sleep nobody knows what else took an id.
  const called = member.called.findLast((id) => !isPending(id));
  if (how === "chunk" && sendsChunks(member) && called !== undefined)
    return [48, called, { progress: true }, "com.a"];
  return [49, request, {}];
}

function looked({ procedure, which, uri }: Extract<Saying, { do: "look" }>, world: World): Wire {
  const [, room = "", action = ""] = procedure.split(".");
  if (action === "count" || (action === "list" && room === "session")) {
    return which % 2 === 0 ? [] : [["user", "guest"].slice(which % 3)];
  }
  if (action === "list") return [];
  if (action === "lookup") return [uri, { match: (["exact", "prefix", "wildcard"] as const)[which % 3] }];
  if (action === "match") return [uri];
  const things = {
    session: world.members,
    subscription: world.subscriptions,
    registration: world.registrations,
  };
  if (room !== "session" && room !== "subscription" && room !== "registration") return [];
  const all: readonly { readonly n: number }[] = things[room];
  const found = pick(all, which);
  return [found ? { is: room, n: found.n } : 4_000_000_000];
}

function killed({ how, which }: Extract<Saying, { do: "kill" }>, { members }: World): [string, Wire] {
  const victim = pick(members, which);
  switch (how) {
    case "one":
      return ["kill", [victim ? sessionOf(victim) : 0]];
    case "authid":
      return ["kill_by_authid", [victim?.authid ?? "nobody"]];
    case "authrole":
      return ["kill_by_authrole", [victim?.authrole ?? "nobody"]];
    case "all":
      return ["kill_all", []];
  }
}
