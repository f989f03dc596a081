/**
 * Four clients that say whatever comes to their mind, drawn from a seed: what they hold, call, answer, cancel and leave
 * behind. Played over any wire, so that what they hear can be compared.
 */

import type { Subprotocol } from "../../src/serializer/serializer.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { Told } from "../gateway/told-method.ts";
import { MANY, WireRoom } from "../gateway/wire.ts";

export type Act = { readonly who: number; readonly wires: readonly Wire[] } | "time passes";

export interface Way {
  readonly subprotocol: Subprotocol;
  /** What an act has is said in one frame, where the subprotocol has batches. */
  readonly batches: boolean;
  /** When time passes, the realm sleeps. */
  readonly sleeps: boolean;
}

const COUNT = 4;
const NAMES = [
  "call_canceling",
  "call_reroute",
  "payload_passthru_mode",
  "progressive_call_invocations",
  "progressive_call_results",
  "registration_revocation",
  "subscription_revocation",
];
const features = Object.fromEntries(NAMES.map((name) => [name, true]));
const CAPABLE = {
  publisher: { features },
  subscriber: { features },
  caller: { features },
  callee: { features },
};
const hello = (who: number): Wire => [
  1,
  "realm1",
  { roles: isCapable(who) ? CAPABLE : ROLES.roles, authmethods: ["told"], authid: `client${who}` },
];
const isCapable = (who: number): boolean => who % 2 === 0;
/** Stands for an id that is known only when it is heard: the nth of the last ones. */
const nth = (n: number): string => `nth ${n}`;

/** A number in 0..1 at each call, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function scriptOf(seed: number, acts: number): Act[] {
  const random = randomFrom(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const pick = <T>(...choices: readonly [T, ...T[]]): T => choices[upTo(choices.length)] ?? choices[0];
  const maybe = (part: number, options: object): object => (random() < part ? options : {});
  const requests = Array<number>(COUNT).fill(0);
  const topic = () => pick("com.a", "com.b", "com.a.b", "not..one", "wamp.x");
  const procedure = () => pick("p.a", "p.b", "p.c", "none");

  function sayingOf(who: number): Wire {
    const said = sayingAs(who, (requests[who] ?? 0) + 1);
    if (said[1] === (requests[who] ?? 0) + 1) requests[who] = said[1];
    return said;
  }

  function sayingAs(who: number, request: number): Wire {
    const capable = isCapable(who);
    const opaque = () => (capable ? maybe(0.1, { ppt_scheme: "x_own" }) : {});
    switch (upTo(20)) {
      case 0:
      case 1: {
        const match = pick("exact", "prefix", "wildcard");
        const uri = pick("com.a", "com.", "com..b", "", "wamp.", "wamp.session.on_leave");
        return [32, request, { match, get_retained: random() < 0.4 }, uri];
      }
      case 2:
        return [34, request, 1 + upTo(8)];
      case 3:
      case 4:
      case 5: {
        const options = {
          ...maybe(0.5, { acknowledge: true }),
          ...maybe(0.3, { retain: true }),
          ...maybe(0.5, { exclude_me: false }),
          ...maybe(0.2, { disclose_me: true }),
          ...maybe(0.2, { eligible_authid: ["client1", "client2"] }),
          ...opaque(),
        };
        return [16, request, options, topic(), [upTo(100)], { half: random() }];
      }
      case 6:
      case 7: {
        const invoke = pick("single", "roundrobin", "first", "last");
        return [64, request, { invoke, match: pick("exact", "prefix") }, pick("p.a", "p.b", "p")];
      }
      case 8:
        return [66, request, 1 + upTo(6)];
      case 9:
      case 10:
      case 11: {
        const more = capable ? maybe(0.4, { progress: true }) : {};
        const options = {
          ...more,
          ...maybe(0.5, { receive_progress: true }),
          ...maybe(0.3, { timeout: 200 }),
        };
        return [48, request, { ...options, ...opaque() }, procedure(), [upTo(9)]];
      }
      case 12: // a further chunk, of whatever call
        return [48, capable ? Math.max(1, request - 1 - upTo(4)) : request, {}, procedure(), ["more"]];
      case 13:
      case 14:
      case 15:
        return [70, nth(upTo(4)), { ...maybe(0.4, { progress: true }), ...opaque() }, ["answer"]];
      case 16:
        return [8, 68, nth(upTo(4)), {}, pick("com.error", "wamp.error.unavailable", "no uri")];
      case 17:
        return [49, Math.max(1, request - 1 - upTo(3)), { mode: pick("skip", "kill", "killnowait") }];
      case 18: {
        const options = {
          scope: pick("detached", "destroyed"),
          publish_options: maybe(0.3, { retain: true }),
        };
        return [48, request, {}, "wamp.session.add_testament", ["com.a", [who], {}], options];
      }
      default:
        if (random() < 0.05) return [6, {}, "wamp.close.close_realm"];
        if (random() < 0.05) return [3, {}, "wamp.error.abort"];
        if (random() < 0.1) return [48, request, {}, "wamp.session.kill_by_authid", [`client${upTo(COUNT)}`]];
        return [
          48,
          request,
          {},
          pick("wamp.session.list", "wamp.subscription.list", "wamp.registration.list"),
        ];
    }
  }

  return Array.from({ length: acts }, () => {
    if (random() < 0.1) return "time passes";
    const who = upTo(COUNT);
    return { who, wires: Array.from({ length: 1 + upTo(5) }, () => sayingOf(who)) };
  });
}

/** What each client hears; `anew` where it had to connect again. */
export function heardOver({ subprotocol, batches, sleeps }: Way, script: readonly Act[]): unknown[][] {
  const room = new WireRoom({ methods: [new Told()], roles: { user: MANY }, realm: { metaKill: true } });
  const heard: unknown[][] = [];
  const clients: Client[] = [];
  const arrive = (who: number): Client => {
    const client = room.open(subprotocol).say(...hello(who));
    clients[who] = client;
    heard[who]?.push("anew");
    return client;
  };
  const listen = (): void => {
    for (const [who, client] of clients.entries()) heard[who]?.push(...client.heard());
  };
  for (let who = 0; who < COUNT; who++) {
    heard.push([]);
    arrive(who);
  }
  listen();
  for (const act of script) {
    if (act === "time passes") {
      if (sleeps) room.sleep();
      else room.pass(5_000);
    } else {
      const here = clients[act.who];
      const { phase } = here?.connection.state ?? {};
      const client = here && phase === "joined" ? here : arrive(act.who);
      listen();
      const wires = spoken(act.wires, heard[act.who] ?? []);
      if (batches && wires.length > 0) client.sayTogether(...wires);
      else for (const wire of wires) if (!client.peer.closed) client.say(...wire);
    }
    listen();
  }
  const faults = room.log.filter(({ event }) => event === "fault");
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return heard;
}

/** With ids of invocations that this client was sent; left out where it was sent none. */
function spoken(wires: readonly Wire[], heard: readonly unknown[]): Wire[] {
  const ids = (heard.slice(heard.lastIndexOf("anew")) as Wire[]).filter(([code]) => code === 68);
  const last = [...new Set(ids.map(([, id]) => id))].slice(-4);
  return wires.flatMap((wire) => {
    const at = wire.findIndex((each) => typeof each === "string" && each.startsWith("nth "));
    if (at < 0) return [wire];
    if (last.length === 0) return [];
    return [wire.with(at, last[Number(String(wire[at]).slice(4)) % last.length])];
  });
}
