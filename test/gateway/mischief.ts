/** Clients that say whatever comes to mind, from a seed: for what must hold whatever anybody says. */
import { MemoryStore } from "../router/memory-store.ts";
import type { Wire } from "./client.ts";
import { SUBPROTOCOLS, WireRoom } from "./wire.ts";

/** A client with these features as caller and as callee. */
export const able = (...features: string[]) => {
  const all = { features: Object.fromEntries(features.map((feature) => [feature, true])) };
  return { roles: { publisher: {}, subscriber: {}, caller: all, callee: all } };
};

/** Everything that anybody could mean badly, from a seed. */
class Mischief {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** mulberry32: an integer in 0..below-1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  one<T>(...of: readonly T[]): T {
    return of[this.below(of.length)] as T; // of is never empty
  }

  value(): unknown {
    return this.one<() => unknown>(
      () => null,
      () => true,
      () => this.one(0, 1, 2, 3, -1, 1.5, 101, 102, 103, 2 ** 53, 2 ** 60, 1e300),
      () => this.uri(),
      () => this.one("", "destroyed", "detached", "prefix", "\u0000AAEC", "ä€😀"),
      () => Array.from({ length: this.below(3) }, () => this.value()),
      () => this.dict(),
    )();
  }

  uri(): string {
    return this.one(
      ...[
        "com.x",
        "com.p",
        "com.p",
        "com",
        "com..x",
        "",
        "a b",
        "wamp",
        "x".repeat(300),
        "wamp.session.on_leave",
      ],
      ...["count", "list", "get", "kill", "kill_by_authid", "modify_details"].map(
        (name) => `wamp.session.${name}`,
      ),
      ...["add_testament", "flush_testaments"].flatMap((name) => Array(3).fill(`wamp.session.${name}`)),
      ...["lookup", "match", "get", "list_callees", "remove_callee"].map(
        (name) => `wamp.registration.${name}`,
      ),
      ...["lookup", "match", "get", "get_events", "remove_subscriber"].map(
        (name) => `wamp.subscription.${name}`,
      ),
    );
  }

  dict(): Record<string, unknown> {
    const keys = [
      ...[
        "acknowledge",
        "exclude_me",
        "disclose_me",
        "retain",
        "progress",
        "receive_progress",
        "get_retained",
      ],
      ...["match", "invoke", "mode", "timeout", "ppt_scheme", "exclude", "eligible_authid", "forward_for"],
      ...["reason", "message", "scope", "publish_options", "limit", "authrole", "session", "constructor"],
    ];
    const fitting: Readonly<Record<string, readonly unknown[]>> = {
      match: ["exact", "prefix", "wildcard"],
      invoke: ["first", "roundrobin", "single"],
      mode: ["skip", "kill", "killnowait"],
      scope: ["destroyed", "detached"],
      timeout: [0, 1, 5_000],
      ppt_scheme: ["x_mine", ""],
      exclude: [[101], []],
      eligible_authid: [["bob"], []],
      forward_for: [[{ session: 2 ** 60 }], [{}]],
      publish_options: [{ forward_for: [{ n: 2 ** 60 }] }, { retain: true, disclose_me: true }],
    };
    const entries = Array.from({ length: this.below(3) }, () => {
      const key = this.one(...keys);
      return [
        key,
        this.below(8) === 0
          ? this.value()
          : this.one(...(Object.hasOwn(fitting, key) ? (fitting[key] ?? []) : [true, false])),
      ];
    });
    return Object.fromEntries(entries);
  }

  /** A message that is more or less one that a client may send. */
  message(request: number): unknown[] {
    const id = () => (this.below(20) === 0 ? this.value() : 1 + this.below(4));
    const payload = () => [[], [["com.x", [], {}]], [[this.value(), this.value()]], [[1, 102], this.dict()]];
    const wire = this.one<() => unknown[]>(
      () => [16, request, this.dict(), this.uri(), ...this.one(...payload())],
      () => [32, request, this.dict(), this.uri()],
      () => [34, request, id()],
      () => [48, request, this.dict(), this.uri(), ...this.one(...payload())],
      () => [48, request, this.dict(), "com.p", ...this.one(...payload())],
      () => [64, request, this.dict(), this.one("com.p", this.uri())],
      () => [66, request, id()],
      () => [49, id(), this.dict()],
      () => [70, id(), this.dict(), ...this.one(...payload())],
      () => [8, 68, id(), this.dict(), this.one("wamp.error.unavailable", "com.e", this.uri())],
      () => [337, id()],
    )();
    if (this.below(40) === 0) wire[this.below(wire.length)] = this.value();
    return wire;
  }
}

/** As the SQLite store does, this one keeps options and details as JSON. */
class JsonStore extends MemoryStore {
  override addTestament(row: Parameters<MemoryStore["addTestament"]>[0]): void {
    JSON.stringify(row.options);
    super.addTestament(row);
  }

  override putRetained(...[row, most]: Parameters<MemoryStore["putRetained"]>): void {
    JSON.stringify([row.details, row.lists]);
    super.putRetained(row, most);
  }

  override putSession(row: Parameters<MemoryStore["putSession"]>[0]): void {
    JSON.stringify(row);
    super.putSession(row);
  }
}

const FEATURES = [
  ...["call_canceling", "call_reroute", "progressive_call_invocations", "progressive_call_results"],
  ...["payload_passthru_mode", "registration_revocation", "subscription_revocation"],
];

/** Clients that say what comes to mind; `look` sees each message that one of them hears. */
export function chaos(seed: number, look: (message: Wire, said: ReadonlySet<string>) => void): WireRoom {
  const mischief = new Mischief(seed);
  const history = [{ uri: "com.", match: "prefix" as const, limit: 5, octets: 5_000 }];
  const room = new WireRoom({ store: new JsonStore(), realm: { metaKill: true, metaModify: true, history } });
  const arrive = () => {
    const features = FEATURES.filter(() => mischief.below(2) === 0);
    return { client: room.join(mischief.one(...SUBPROTOCOLS), able(...features)), said: new Set<string>() };
  };
  const clients = [arrive(), arrive(), arrive()];
  for (let request = 1; request <= 400; request++) {
    const at = mischief.below(clients.length);
    const { client, said } = clients[at] ?? arrive();
    const wire = mischief.message(request);
    said.add(`${wire[0]} ${wire[1]}`);
    client.say(...wire);
    if (mischief.below(30) === 0) room.pass(mischief.one(1, 5_000));
    for (const [place, each] of clients.entries()) {
      for (const message of each.client.heard()) look(message as Wire, each.said);
      if (each.client.connection.state.phase !== "joined") clients[place] = arrive();
    }
  }
  return room;
}
