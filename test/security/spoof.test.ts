/**
 * S10: what a client writes into options and details about itself or anybody else is never delivered; who it is is written
 * by the router alone, and only where that is allowed. Each message that arrives is compared as a whole.
 */
import { describe, expect, test } from "vitest";
import { newSecret } from "../config/scene.ts";
import { Dice } from "../fuzz/permission-cases.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { SUBPROTOCOLS } from "../gateway/wire.ts";
import { type Forged, forged } from "./forged.ts";
import { ask, EVERYTHING, partsOf, Room } from "./room.ts";

/** For each of the three realms. A realm that discloses nobody and a rule that does contradict each other. */
const DICTS = process.env.FULL === "1" ? 20_000 : 2_000;
const SECRETS = { ALICE_TICKET: newSecret(), BOB_TICKET: newSecret() };
const FEATURES = {
  roles: {
    publisher: {},
    subscriber: {},
    caller: { features: { progressive_call_results: true } },
    callee: {},
  },
};
const TRUST = [{ uri: "com.", match: "prefix", authrole: "user", level: 3 }];

interface Variant {
  readonly what: string;
  /** Of the realm. */
  readonly allowDisclose: boolean;
  /** Of the rule: whether or not anybody asks. */
  readonly disclose: boolean;
  readonly trust: boolean;
}

async function scene({ allowDisclose, disclose, trust }: Variant) {
  const room = new Room(
    partsOf(
      {
        roles: [
          {
            name: "user",
            permissions: [{ ...EVERYTHING, disclose: { caller: disclose, publisher: disclose } }],
            limits: { messages: 0, registrations: 1_000_000, subscriptions: 1_000_000 },
          },
          { name: "other", permissions: [EVERYTHING], limits: { messages: 0, registrations: 1_000_000 } },
        ],
        principals: [
          { authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" },
          { authid: "bob", role: "other", method: "ticket", secret: "BOB_TICKET" },
        ],
        allowDisclose,
        eventHistory: [{ uri: "com.kept", limit: 1 }],
        ...(trust && { publicationTrust: TRUST, callTrust: TRUST }),
      },
      SECRETS,
    ),
  );
  const bob = await room.join("bob", SECRETS.BOB_TICKET, FEATURES);
  await ask(bob, 32, 1, {}, "com.x");
  await ask(bob, 32, 2, { match: "prefix" }, "com.");
  await ask(bob, 64, 3, {}, "com.p");
  await ask(bob, 64, 4, { match: "prefix" }, "com.");
  return { room, bob };
}

/** Alice by any subprotocol. A role that is asked for is a wish, which is tested elsewhere. */
async function joinAlice(room: Room, dice: Dice, details: Forged): Promise<Client> {
  const client = room.open({ subprotocol: dice.one(SUBPROTOCOLS) });
  const { authrole: _, ...claims } = copy(details);
  const authextra = { ...claims, authid: "admin", authrole: "other" };
  const hello = { ...claims, ...FEATURES, authextra, authid: "alice", authmethods: ["ticket"] };
  await ask(client, 1, "realm1", hello);
  const [welcome] = await ask(client, 5, SECRETS.ALICE_TICKET, copy(details));
  expect(welcome).toMatchObject([2, client.session, { authid: "alice", authrole: "user" }]);
  return client;
}

const VARIANTS: Variant[] = [
  { what: "discloses who asks for it", allowDisclose: true, disclose: false, trust: false },
  { what: "discloses everybody", allowDisclose: true, disclose: true, trust: true },
  { what: "discloses nobody", allowDisclose: false, disclose: false, trust: true },
];

describe.each(VARIANTS)("S10 in a realm that $what,", (variant) => {
  test("PID-02 PID-03 CID-02 CID-05 no dict makes anybody look like somebody else", {
    timeout: 600_000,
  }, async () => {
    const { room, bob } = await scene(variant);
    const dice = new Dice(Number(variant.allowDisclose) + 2 * Number(variant.disclose) + 10);
    let alice = await joinAlice(room, dice, forged(dice));
    const mayAsk = variant.allowDisclose || variant.disclose;
    const level = variant.trust ? { trustlevel: 3 } : {};
    const who = (prefix: "publisher" | "caller", session: number, asked: boolean) =>
      asked || variant.disclose
        ? { [prefix]: session, [`${prefix}_authid`]: "alice", [`${prefix}_authrole`]: "user" }
        : {};
    let request = 100;
    const entrances = {
      publish: async (dict: Forged, asks: boolean) => {
        const options = { ...copy(dict), acknowledge: true, ...(asks && { disclose_me: true }) };
        const answer = await ask(alice, 16, ++request, options, "com.x", ["hi"]);
        if (asks && !mayAsk) return expectRefused(answer, 16);
        expect(answer).toEqual([[17, request, expect.any(Number)]]);
        const details = { ...who("publisher", alice.session, asks), ...level };
        expect(bob.heard()).toEqual([
          [36, 2, expect.any(Number), details, ["hi"]],
          [36, 3, expect.any(Number), { ...details, topic: "com.x" }, ["hi"]],
        ]);
      },
      retained: async (dict: Forged, asks: boolean) => {
        const options = {
          ...copy(dict),
          retain: true,
          acknowledge: true,
          ...(asks && { disclose_me: true }),
        };
        const answer = await ask(alice, 16, ++request, options, "com.kept", ["hi"]);
        bob.heard();
        if (asks && !mayAsk) return expectRefused(answer, 16);
        const details = { ...who("publisher", alice.session, asks), ...level };
        const got = await ask(bob, 32, ++request, { get_retained: true, ...copy(dict) }, "com.kept");
        const [, , subscription] = got[0] ?? [];
        expect(got[1]).toEqual([
          36,
          subscription,
          expect.any(Number),
          { ...details, retained: true },
          ["hi"],
        ]);
        const kept = await ask(bob, 48, ++request, copy(dict), "wamp.subscription.get_events", [
          subscription,
        ]);
        const [, , , events] = kept[0] as [number, number, object, { details: object }[]];
        expect(events.map(({ details }) => details)).toEqual([details]);
        expect(await ask(bob, 34, ++request, subscription)).toEqual([[35, request]]);
      },
      call: async (dict: Forged, asks: boolean) => {
        for (const procedure of ["com.p", "com.q"]) {
          const options = { ...copy(dict), ...(asks && { disclose_me: true }) };
          const answer = await ask(alice, 48, ++request, options, procedure, ["hi"]);
          if (asks && !mayAsk) {
            expectRefused(answer, 48);
            continue;
          }
          const [invocation] = bob.heard() as Wire[];
          const pattern = procedure === "com.q" ? { procedure } : {};
          const details = { ...pattern, ...who("caller", alice.session, asks), ...level };
          expect(invocation).toEqual([68, expect.any(Number), expect.any(Number), details, ["hi"]]);
          bob.say(70, invocation?.[1], copy(dict), ["done"]);
          expect(alice.heard()).toEqual([[50, request, {}, ["done"]]]);
        }
      },
      error: async (dict: Forged) => {
        await ask(alice, 48, ++request, copy(dict), "com.p");
        const [invocation] = bob.heard() as Wire[];
        bob.say(8, 68, invocation?.[1], copy(dict), "com.broken", ["why"]);
        expect(alice.heard()).toEqual([[8, 48, request, {}, "com.broken", ["why"]]]);
      },
      register: async (dict: Forged, asks: boolean) => {
        const options = { ...copy(dict), ...(asks && { disclose_caller: true }) };
        const answer = await ask(bob, 64, ++request, options, "com.fresh");
        if (asks && !variant.allowDisclose) return expectRefused(answer, 64);
        const [, , registration] = answer[0] ?? [];
        expect(answer[0]).toEqual([65, request, registration]);
        await ask(alice, 48, ++request, {}, "com.fresh");
        const details = { ...who("caller", alice.session, asks), ...level };
        const [invocation] = bob.heard() as Wire[];
        expect(invocation).toEqual([68, expect.any(Number), registration, details]);
        bob.say(70, invocation?.[1], {});
        expect(alice.heard()).toEqual([[50, request, {}]]);
        expect(await ask(bob, 66, ++request, registration)).toEqual([[67, request]]);
      },
      testament: async (dict: Forged, asks: boolean) => {
        // Options within a payload: there the key would end the session.
        const { __proto__: _, ...plain } = copy(dict);
        const publish_options = { ...plain, ...(asks && { disclose_me: true }) };
        const left = alice.session;
        const procedure = "wamp.session.add_testament";
        const answer = await ask(alice, 48, ++request, {}, procedure, ["com.x", ["bye"], {}], {
          publish_options,
        });
        expect(answer).toEqual([[50, request, {}]]);
        alice.vanish();
        const details = { ...who("publisher", left, asks), ...level };
        const events = (bob.heard() as Wire[]).filter(([type]) => type === 36);
        const told =
          asks && !mayAsk
            ? []
            : [
                [36, 2, expect.any(Number), details, ["bye"]],
                [36, 3, expect.any(Number), { ...details, topic: "com.x" }, ["bye"]],
              ];
        expect(events.map(withoutEmptyKwargs)).toEqual(told);
        alice = await joinAlice(room, dice, dict);
      },
      hello: async (dict: Forged) => {
        alice.vanish();
        bob.heard();
        alice = await joinAlice(room, dice, dict);
        const [answer] = await ask(bob, 48, ++request, {}, "wamp.session.get", [alice.session]);
        expect(answer?.[3]).toEqual([
          {
            session: alice.session,
            authid: "alice",
            authrole: "user",
            authmethod: "ticket",
            authprovider: "static",
          },
        ]);
      },
    };
    function expectRefused(answer: readonly Wire[], type: number): void {
      const error = "wamp.error.option_disallowed.disclose_me";
      expect(answer).toEqual([[8, type, request, {}, error, [expect.any(String)]]]);
      expect(bob.heard()).toEqual([]);
    }
    const names = Object.keys(entrances) as (keyof typeof entrances)[];
    for (let n = 0; n < DICTS; n++) {
      const dict = forged(dice);
      await entrances[names[n % names.length] ?? "publish"](dict, dice.chance(40));
      if (n % 200 === 199) room.sleep();
    }
    expect(room.log.filter(({ event }) => event === "fault" || event === "abort")).toEqual([]);
  });
});

/** The same, with the key `__proto__` still a key. */
function copy(dict: Forged): Forged {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(dict));
}

function withoutEmptyKwargs(event: Wire): Wire {
  const kwargs = event[5] as object | undefined;
  return kwargs && Object.keys(kwargs).length === 0 ? event.slice(0, 5) : event;
}
