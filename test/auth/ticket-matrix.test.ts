/** S1 for tickets: every way to be wrong that we could think of, in every combination. None gets in. */
import { beforeAll, expect, test } from "vitest";
import { digestOf } from "../../src/auth/secret.ts";
import { ROLES } from "../gateway/client.ts";
import { WireRoom } from "../gateway/wire.ts";
import { attempt, DENIED, notDenied } from "./attempt.ts";
import { ALICE, BOB, newSetups, SETUPS, type Setups } from "./ticket-setups.ts";

let setUp: Setups["setUp"];

beforeAll(async () => {
  ({ setUp } = await newSetups());
});

const NAMES = [
  "alice",
  "bob",
  "nobody",
  "ALICE",
  "alice ",
  " alice",
  "alice\0",
  "al\u0131ce",
  "\ud800",
  "__proto__",
];
const MORE_NAMES = [
  "constructor",
  "null",
  "undefined",
  "*",
  "alice'--",
  "{authid}",
  "a".repeat(4_000),
  "\u202ealice",
];

async function wrongTickets(): Promise<string[]> {
  const digest = await digestOf(ALICE);
  const near = [...ALICE].map((_, at) => ALICE.slice(0, at) + ALICE.slice(at + 1));
  const changed = [...ALICE].map((_, at) => `${ALICE.slice(0, at)}#${ALICE.slice(at + 1)}`);
  const around = [` ${ALICE}`, `${ALICE} `, `${ALICE}\n`, `${ALICE}\0`, `${ALICE}\ud800`, ALICE + ALICE];
  const text = [
    "",
    " ",
    "\0",
    "\ud800",
    "null",
    "undefined",
    "true",
    "0",
    "[object Object]",
    "[]",
    "{}",
    "*",
    "' OR 1=1",
  ];
  const other = [
    ALICE.toUpperCase(),
    ALICE.slice(0, 1),
    "x".repeat(8_192),
    "x".repeat(8_193),
    digest,
    "-".repeat(44),
  ];
  const shaped = ["a.b.c", "..", "a.b.", "e30.e30.", "e30.e30.e30", `${ALICE}.b.c`, `${digest}.b.c`];
  return [
    ...near,
    ...changed,
    ...around,
    ...text,
    ...other,
    ...shaped,
    Buffer.from(digest, "base64").toString("latin1"),
  ];
}

test.each(SETUPS)("S1 no wrong ticket of anybody is welcomed by %s", async (setup) => {
  const tickets = await wrongTickets();
  const cases = [...NAMES, ...MORE_NAMES].flatMap((authid) =>
    tickets.map((signature) => ({ what: JSON.stringify([authid, signature]), hello: { authid }, signature })),
  );
  for (const [authid, signature] of [
    ["alice", BOB],
    ["bob", ALICE],
    ["nobody", ALICE],
    ["__proto__", BOB],
  ] as const) {
    cases.push({ what: `${authid} with somebody else's`, hello: { authid }, signature });
  }
  expect(cases.length).toBe(18 * 63 + 4);
  expect(await notDenied(setUp(setup), cases)).toEqual([]);
  // The same method does admit whoever is right.
  expect(await attempt(setUp(setup), { hello: { authid: "alice" }, signature: ALICE })).toEqual({
    principal: { authid: "alice", authrole: "user", authprovider: "static" },
  });
});

/** What a client may send where a text belongs. */
const CONFUSED = [7, -1, 1.5, true, false, [], {}, ["alice"], { alice: 1 }, [[]]];

test.each(["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const)(
  "S1 nothing of a wrong type is welcomed over %s",
  async (subprotocol) => {
    const room = new WireRoom({ methods: [setUp("all three")] });
    const outcomes = new Map<string, number>();
    const say = async (authid: unknown, signature: unknown) => {
      const client = room.open(subprotocol).say(1, "realm1", { ...ROLES, authmethods: ["ticket"], authid });
      await client.busy;
      await client.say(5, signature, {}).busy;
      const last = client.heard().at(-1) as [number, unknown, unknown];
      const outcome = last[0] === 3 ? `${last[2]}` : `message ${last[0]}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    for (const authid of CONFUSED)
      for (const signature of [...CONFUSED, null, ALICE]) await say(authid, signature);
    for (const authid of ["alice", "nobody"])
      for (const signature of [...CONFUSED, null]) await say(authid, signature);
    for (const signature of [ALICE, "wrong", "a.b.c"]) await say(null, signature); // null is as good as absent
    expect(Object.fromEntries(outcomes)).toEqual({
      "wamp.error.protocol_violation": CONFUSED.length * (CONFUSED.length + 2) + 2 * (CONFUSED.length + 1),
      [DENIED.reason]: 3,
    });
    expect(new Set(room.log.map(({ event }) => event))).toEqual(new Set(["abort"])); // no fault of ours
  },
);
