/**
 * Every call ends once (DLR-16), whatever callers and callees say, in whatever order, and whoever leaves: random
 * conversations with all features, each message judged by a ledger that knows only what was said and what was sent.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PARK_AFTER } from "../../../src/router/realm.ts";
import { type Joining, Scene, type Sent, type Wire } from "../scene.ts";
import { calling, EVERYTHING, serving } from "./announced.ts";

/** Who takes part. Somebody who left is followed by another one who announces the same. */
const CALLERS: Record<string, Joining> = {
  carl: EVERYTHING, // serves com.carl too, and so may call himself
  cora: calling("progressive_call_invocations"),
  cleo: calling(),
};
const CALLEES: Record<string, Joining> = {
  kate: EVERYTHING,
  kurt: serving("call_canceling", "call_reroute", "progressive_call_invocations", "progressive_call_results"),
  kim: serving(),
};
const ROLES = { ...CALLERS, ...CALLEES };
const SERVED: Record<string, readonly (readonly [uri: string, options: object])[]> = {
  carl: [["com.carl", {}]],
  kate: [
    ["com.turns", { invoke: "roundrobin" }],
    ["com.any", { invoke: "random", forward_timeout: true }],
    ["com.kate", { match: "prefix" }],
  ],
  kurt: [
    ["com.turns", { invoke: "roundrobin" }],
    ["com.any", { invoke: "random" }],
    ["com.order", { invoke: "first" }],
  ],
  kim: [
    ["com.turns", { invoke: "roundrobin", disclose_caller: true }],
    ["com.order", { invoke: "first" }],
  ],
};
const PROCEDURES = ["com.turns", "com.turns", "com.any", "com.order", "com.kate.1", "com.carl", "com.nobody"];
const MODES = ["skip", "kill", "killnowait", undefined] as const;

/** Something to do. Numbers choose among what there is at that moment. */
type Command =
  | { readonly act: "call"; readonly who: number; readonly what: number; readonly options: object }
  | { readonly act: "chunk"; readonly which: number; readonly last: boolean }
  | { readonly act: "yield"; readonly who: number; readonly which: number; readonly progress: boolean }
  | { readonly act: "error"; readonly who: number; readonly which: number; readonly error: string }
  | { readonly act: "cancel"; readonly which: number; readonly mode: (typeof MODES)[number] }
  | { readonly act: "pass"; readonly time: number }
  | { readonly act: "unregister"; readonly who: number; readonly which: number }
  | { readonly act: "leave"; readonly who: number }
  | { readonly act: "sleep"; readonly vanished: readonly number[] };

const which = fc.nat(1_000);
const who = fc.nat(5);
const options = fc.record(
  {
    receive_progress: fc.constant(true),
    progress: fc.constant(true),
    disclose_me: fc.boolean(),
    timeout: fc.constantFrom(0, 3_000, 20_000, 60_000),
  },
  { requiredKeys: [] },
);
const errors = fc.constantFrom("wamp.error.unavailable", "wamp.error.unavailable", "com.no", "not a URI");
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ act: fc.constant("call" as const), who, what: which, options }) },
  { weight: 12, arbitrary: fc.record({ act: fc.constant("chunk" as const), which, last: fc.boolean() }) },
  {
    weight: 25,
    arbitrary: fc.record({ act: fc.constant("yield" as const), who, which, progress: fc.boolean() }),
  },
  { weight: 14, arbitrary: fc.record({ act: fc.constant("error" as const), who, which, error: errors }) },
  {
    weight: 10,
    arbitrary: fc.record({ act: fc.constant("cancel" as const), which, mode: fc.constantFrom(...MODES) }),
  },
  { weight: 6, arbitrary: fc.record({ act: fc.constant("pass" as const), time: fc.nat(20_000) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("unregister" as const), who, which }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("leave" as const), who }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant("sleep" as const),
      vanished: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(who, { minLength: 1, maxLength: 2 }) },
      ),
    }),
  },
);
const conversation = fc.array(command, { minLength: 40, maxLength: 80, size: "max" });

/** What was called, and what has come of it. */
interface Call {
  readonly token: number;
  readonly caller: string;
  readonly request: number;
  readonly procedure: string;
  readonly takesProgress: boolean;
  readonly timed: boolean;
  chunks: number;
  /** More chunks may come. */
  open: boolean;
  /** It had its final RESULT or ERROR, or its caller left. */
  ended: boolean;
  killed: boolean;
  /** The last YIELD that reached the caller. */
  heard: number;
  /** Which callee works on it, under which id, and the last chunk that it was given. */
  at: { readonly callee: string; readonly id: number; chunk: number } | undefined;
}

class Ledger {
  readonly scene = new Scene();
  readonly #calls: Call[] = [];
  /** Role to the session that has it now. */
  readonly #present = new Map<string, string>();
  /** Session to the calls that it was invoked for: the first is invocation 1. */
  readonly #invoked = new Map<string, Call[]>();
  readonly #requests = new Map<string, number>();
  #yields = 0;

  constructor() {
    for (const role of Object.keys(ROLES)) this.#join(role);
  }

  /** Everybody who ever took part. */
  get names(): readonly string[] {
    return [...this.#requests.keys()];
  }

  do(command: Command): void {
    switch (command.act) {
      case "call":
        this.#call(command);
        break;
      case "chunk":
        this.#chunk(command);
        break;
      case "yield":
        this.#answer(command, (id, args) => [70, id, command.progress ? { progress: true } : {}, args]);
        break;
      case "error":
        this.#answer(command, (id, args) => [8, 68, id, {}, command.error, args]);
        break;
      case "cancel":
        this.#cancel(command);
        break;
      case "pass":
        this.#pass(command.time);
        break;
      case "unregister":
        this.#unregister(command);
        break;
      case "leave": {
        const [role, name] = this.#pick(command.who);
        this.#gone([role], () => this.scene.leave(name));
        break;
      }
      case "sleep":
        this.#pass(PARK_AFTER);
        this.#wake([...new Set(command.vanished.map((index) => this.#pick(index)[0]))]);
        break;
    }
  }

  /** Everybody leaves, callees first: no call may be left over, and no row. */
  finish(): void {
    for (const [role, name] of [...this.#present]) {
      if (role in SERVED) this.#gone([role], () => this.scene.leave(name), { followed: false });
    }
    expect(this.#calls.filter(({ ended }) => !ended)).toStrictEqual([]);
    for (const [role, name] of [...this.#present]) {
      this.#gone([role], () => this.scene.leave(name), { followed: false });
    }
    const left = Object.values(this.scene.rowCounts()).reduce((sum, count) => sum + count, 0);
    expect(left).toBe(0);
  }

  #join(role: string): void {
    const name = `${role} ${this.#requests.size}`;
    this.#present.set(role, name);
    this.#requests.set(name, 0);
    this.#invoked.set(name, []);
    this.scene.joinAs(name, ROLES[role] ?? {});
    for (const [uri, options] of SERVED[role] ?? []) {
      this.scene.send(name, 64, this.#next(name), options, uri);
    }
  }

  /** Whoever has the role with this number. */
  #pick(index: number): readonly [role: string, name: string] {
    const role = Object.keys(ROLES)[index] ?? "";
    return [role, this.#present.get(role) ?? ""];
  }

  #next(name: string): number {
    const request = (this.#requests.get(name) ?? 0) + 1;
    this.#requests.set(name, request);
    return request;
  }

  #call({ who, what, options }: Command & { act: "call" }): void {
    const [role, caller] = this.#pick(who % 3);
    const given: { progress?: true; receive_progress?: true; timeout?: number } = { ...options };
    if (role === "cleo") delete given.progress; // she did not announce it: PCI-03
    const call: Call = {
      token: this.#calls.length,
      caller,
      request: this.#next(caller),
      procedure: PROCEDURES[what % PROCEDURES.length] ?? "",
      takesProgress: given.receive_progress === true,
      timed: (given.timeout ?? 0) > 0,
      chunks: 1,
      open: given.progress === true,
      ended: false,
      killed: false,
      heard: 0,
      at: undefined,
    };
    this.#calls.push(call);
    const wire = [48, call.request, given, call.procedure, [call.token, 1]];
    this.#hear(this.scene.send(caller, ...wire), (each) => each === call);
    expect(call.ended || call.at !== undefined).toBe(true);
  }

  #chunk({ which, last }: Command & { act: "chunk" }): void {
    const open = this.#calls.filter(({ caller, open }) => open && this.#isPresent(caller));
    const call = open[which % open.length];
    if (!call) return;
    call.chunks++;
    if (last) call.open = false;
    const before = call.at?.chunk;
    const wire = [
      48,
      call.request,
      last ? {} : { progress: true },
      call.procedure,
      [call.token, call.chunks],
    ];
    this.#hear(this.scene.send(call.caller, ...wire), (each) => each === call);
    expect(call.at?.chunk).toBe(call.ended ? before : call.chunks);
  }

  /** Somebody answers something that it was ever invoked for, be it over or not. */
  #answer(
    { who, which, ...command }: Command & { act: "yield" | "error" },
    wire: (id: number, args: unknown[]) => Wire,
  ): void {
    const [, callee] = this.#pick([0, 3, 4, 5, 3, 4][who] ?? 0);
    const invoked = this.#invoked.get(callee) ?? [];
    // Mostly the latest ones: most of the others are over.
    const index = invoked.length - 1 - (which % Math.min(invoked.length, which % 7 === 0 ? 100 : 4));
    const call = invoked[index];
    if (!call) return;
    const id = index + 1;
    const pending = !call.ended && call.at?.callee === callee && call.at.id === id;
    const sent = this.scene.send(callee, ...wire(id, [call.token, ++this.#yields]));
    this.#hear(sent, (each) => pending && each === call);
    if (!pending) return;
    if (command.act === "yield") expect(call.ended).toBe(!command.progress);
    else if (command.error !== "wamp.error.unavailable") expect(call.ended).toBe(true);
    else expect(call.ended || call.at?.callee !== callee).toBe(true);
  }

  #pass(time: number): void {
    this.#hear(this.scene.pass(time), ({ timed }) => timed);
  }

  /** The realm parked; now it starts again from its rows, without the sessions of these roles. */
  #wake(vanished: readonly string[]): void {
    const present = [...this.#present].filter(([role]) => !vanished.includes(role)).map(([, name]) => name);
    this.#gone(vanished, () => this.scene.crash({ present }));
  }

  #unregister({ who, which }: Command & { act: "unregister" }): void {
    const [, name] = this.#pick(who);
    this.scene.realm.reconsider([]); // a session that slept learns what it holds when somebody needs it
    const registrations = [...this.scene.session(name).registrations];
    const registration = registrations[which % registrations.length];
    if (!registration) return;
    this.#hear(this.scene.send(name, 66, this.#next(name), registration.id), () => false);
  }

  #cancel({ which, mode }: Command & { act: "cancel" }): void {
    const present = this.#calls.filter(({ caller }) => this.#isPresent(caller)).slice(-8);
    const call = present[which % present.length];
    if (!call) return;
    const wasOver = call.ended;
    const sent = this.scene.send(call.caller, 49, call.request, mode === undefined ? {} : { mode });
    this.#hear(sent, (each) => !wasOver && each === call);
    if (mode !== "kill") expect(call.ended).toBe(true);
    else if (!wasOver) call.killed = true;
  }

  /** These sessions are gone, and others come in their place. */
  #gone(roles: readonly string[], go: () => Sent, { followed = true } = {}): void {
    const names = roles.map((role) => this.#present.get(role) ?? "");
    for (const role of roles) this.#present.delete(role);
    for (const call of this.#calls) if (names.includes(call.caller)) call.ended = true;
    this.#hear(go(), ({ at }) => at !== undefined && names.includes(at.callee));
    for (const call of this.#calls)
      if (call.at && names.includes(call.at.callee)) expect(call.ended).toBe(true);
    if (followed) for (const role of roles) this.#join(role);
  }

  #isPresent(name: string): boolean {
    return [...this.#present.values()].includes(name);
  }

  /** Enters what was sent; only calls that the command `concerns` may be spoken of to a caller or a new callee. */
  #hear(sent: Sent, concerns: (call: Call) => boolean): void {
    for (const [name, wires] of Object.entries(sent)) {
      expect(this.#isPresent(name), `${name} has left`).toBe(true);
      for (const wire of wires) this.#enter(name, wire, concerns);
    }
  }

  #enter(name: string, wire: Wire, concerns: (call: Call) => boolean): void {
    const invoked = this.#invoked.get(name) ?? [];
    const label = `${name}: ${JSON.stringify(wire)}`;
    if (wire[0] === 67 || wire[0] === 65) return;
    if (wire[0] === 69) {
      // INTERRUPT
      const [, id, { mode }] = wire as [69, number, { mode: string }];
      const call = invoked[id - 1];
      expect(call?.at, label).toMatchObject({ callee: name, id });
      expect(["kill", "killnowait"], label).toContain(mode);
      expect(name, label).not.toMatch(/^kim/);
    } else if (wire[0] === 68) {
      const [, id, , , [token, chunk]] = wire as [68, number, number, object, [number, number]];
      const call = this.#calls[token];
      if (!call) throw new Error(`${label}: never called`);
      expect([call.ended, call.killed && call.at?.callee !== name, concerns(call)], label).toStrictEqual([
        false,
        false,
        true,
      ]);
      if (id > invoked.length) {
        expect(id, label).toBe(invoked.length + 1); // ID-06
        expect(chunk, label).toBe(1);
        invoked.push(call);
        call.at = { callee: name, id, chunk };
      } else {
        expect(call.at, label).toStrictEqual({ callee: name, id, chunk: chunk - 1 }); // PCI-22
        call.at = { callee: name, id, chunk };
      }
    } else {
      const [code, at] = wire[0] === 8 ? [wire[1], 2] : [wire[0], 1];
      expect([48, 50], label).toContain(code);
      const call = this.#calls.find(({ caller, request }) => caller === name && request === wire[at]);
      if (!call) throw new Error(`${label}: never called`);
      expect([call.ended, concerns(call)], label).toStrictEqual([false, true]);
      if (wire[0] === 8) call.ended = true;
      else {
        const [, , { progress }, [token, sequence]] = wire as [
          50,
          number,
          { progress?: boolean },
          [number, number],
        ];
        expect(token, label).toBe(call.token);
        expect(sequence, label).toBeGreaterThan(call.heard);
        call.heard = sequence;
        if (progress === true) expect(call.takesProgress, label).toBe(true);
        else call.ended = true;
      }
    }
  }
}

const RUNS = { numRuns: 500, seed: 20_261_123 };

function played(commands: readonly Command[]): Ledger {
  const ledger = new Ledger();
  for (const command of commands) ledger.do(command);
  return ledger;
}

test("DLR-16 every call ends in exactly one RESULT or ERROR, whatever is said and whoever leaves", () => {
  fc.assert(
    fc.property(conversation, (commands) => played(commands).finish()),
    RUNS,
  );
});

test("RULE-10 everybody hears the same whether the realm sleeps or only as much time passes", () => {
  const asleep = (each: Command): Command => (each.act === "sleep" ? { ...each, vanished: [] } : each);
  const awake = (each: Command): Command => (each.act === "sleep" ? { act: "pass", time: PARK_AFTER } : each);
  fc.assert(
    fc.property(conversation, (commands) => {
      const one = played(commands.map(asleep));
      const other = played(commands.map(awake));
      expect(one.names).toStrictEqual(other.names);
      for (const name of one.names) {
        expect(one.scene.heard(name), name).toStrictEqual(other.scene.heard(name));
      }
    }),
    RUNS,
  );
});
