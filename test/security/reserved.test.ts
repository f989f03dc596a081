/** S9: names that begin with `wamp` or `edgebahn` are the router's own, by whatever entrance somebody tries. */
import { describe, expect, test } from "vitest";
import { errorOf } from "../config/scene.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { ask, EVERYTHING, partsOf, Room } from "./room.ts";

const INVALID = "wamp.error.invalid_uri";
const NOT_AUTHORIZED = "wamp.error.not_authorized";

const OF_WAMP = [
  ...["wamp", "wamp.x", "wamp.session.on_join", "wamp.session.on_leave", "wamp.session.count"],
  ...[
    "wamp.session.kill",
    "wamp.session.add_testament",
    "wamp.registration.on_create",
    "wamp.error.canceled",
  ],
  ...[
    "wamp.subscription.on_subscribe",
    "wamp.subscription.get_events",
    "wamp.a.b.c.d",
    "wamp.{authid}",
    "wamp.*",
  ],
  ...["wamp.wamp", "wamp.edgebahn", "wamp._", "wamp.\u0430"],
];
const OF_OURS = [
  ...["edgebahn", "edgebahn.x", "edgebahn.device.add", "edgebahn.device.list", "edgebahn.session.kick"],
  ...[
    "edgebahn.close.replaced",
    "edgebahn.error.limit_exceeded",
    "edgebahn.a.b.c.d",
    "edgebahn.wamp",
    "edgebahn.*",
  ],
];
/** What only looks so. */
const OTHERS = [
  "wampx",
  "Wamp.x",
  "wam",
  "com.wamp",
  "com.edgebahn",
  "edgebahnx.y",
  "Edgebahn.x",
  "wamp-x.y",
];

/** Patterns that match a reserved name, and are themselves below it. */
const OF_WAMP_PATTERNS = [
  ...["wamp", "wamp.", "wamp.session", "wamp.session."].map((uri) => [uri, "prefix"] as const),
  ...["wamp.", "wamp..", "wamp..on_join", "wamp.session.", "wamp...x"].map(
    (uri) => [uri, "wildcard"] as const,
  ),
];
const OF_OURS_PATTERNS = [
  ...["edgebahn", "edgebahn.", "edgebahn.device."].map((uri) => [uri, "prefix"] as const),
  ...["edgebahn.", "edgebahn..", "edgebahn..add"].map((uri) => [uri, "wildcard"] as const),
];

const PUBLISH_OPTIONS = [
  {},
  { retain: true },
  { exclude_me: false, disclose_me: true },
  { eligible_authrole: ["user"], retain: true },
  { exclude: [1], retain: true },
];
const INVOKE = ["single", "roundrobin", "random", "first", "last"];
const SCOPES = ["destroyed", "detached", null];

const ROLES = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };
const VARS = {
  anonymous: "local",
  roles: [
    {
      name: "anonymous",
      permissions: [EVERYTHING],
      admin: true,
      limits: { messages: 0 },
    },
  ],
  eventHistory: [{ uri: "", match: "prefix" }, { uri: "wamp.session.on_join" }],
};

/** Somebody who may do everything, and somebody who hears everything. */
async function scene() {
  const room = new Room({
    ...partsOf(VARS),
    desk: (_caller, procedure) =>
      procedure === "edgebahn.ping" ? () => ({ args: ["from the router"] }) : undefined,
  });
  const origin = { local: true };
  const [mallory, witness] = [room.open({ origin }), room.open({ origin })];
  for (const client of [witness, mallory]) await ask(client, 1, "realm1", ROLES);
  await ask(witness, 32, 1, { match: "prefix" }, "");
  witness.heard();
  return { room, mallory, witness, tally: { refused: 0 } };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** The request is answered by this ERROR, nobody hears of it, and no row and no id is the other for it. */
async function refused({ room, mallory, witness, tally }: Scene, error: string, wire: readonly unknown[]) {
  const before = [room.rows(), room.idsGiven];
  const heard = await ask(mallory, ...wire);
  expect(heard, JSON.stringify(wire)).toEqual([[8, wire[0], wire[1], {}, error, [expect.any(String)]]]);
  expect(witness.heard(), JSON.stringify(wire)).toEqual([]);
  expect([room.rows(), room.idsGiven], JSON.stringify(wire)).toEqual(before);
  tally.refused++;
}

async function tryEverything(here: Scene): Promise<void> {
  let request = 0;
  for (const [names, error] of [
    [OF_WAMP, INVALID],
    [OF_OURS, NOT_AUTHORIZED],
  ] as const) {
    for (const uri of names) {
      for (const options of PUBLISH_OPTIONS) {
        await refused(here, error, [16, ++request, { acknowledge: true, ...options }, uri, ["x"]]);
        const quiet = [16, ++request, options, uri, ["x"]];
        expect(await ask(here.mallory, ...quiet), JSON.stringify(quiet)).toEqual([]);
        expect(here.witness.heard()).toEqual([]);
        here.tally.refused++;
      }
      for (const invoke of INVOKE) await refused(here, error, [64, ++request, { invoke }, uri]);
      for (const scope of SCOPES) {
        for (const publish_options of [{}, { retain: true }]) {
          const kwargs = { scope, publish_options };
          await refused(here, error, [
            48,
            ++request,
            {},
            "wamp.session.add_testament",
            [uri, [], {}],
            kwargs,
          ]);
        }
      }
    }
  }
  for (const [patterns, error] of [
    [OF_WAMP_PATTERNS, INVALID],
    [OF_OURS_PATTERNS, NOT_AUTHORIZED],
  ] as const) {
    for (const [uri, match] of patterns) {
      for (const invoke of INVOKE) await refused(here, error, [64, ++request, { match, invoke }, uri]);
    }
  }
}

test("S9 URI-12 nothing is published, registered, retained or left behind under the router's names", async () => {
  const here = await scene();
  await tryEverything(here);
  here.room.sleep();
  await tryEverything(here);
  here.mallory.vanish();
  expect(topicsOf(here.witness.heard())).toEqual(["wamp.session.on_leave"]);
  expect(here.tally.refused).toBeGreaterThan(1_000);
  expect(here.room.log.filter(({ event }) => event === "fault")).toEqual([]);
});

test("S9 names that only look so are anybody's", async () => {
  const { mallory, witness } = await scene();
  let request = 0;
  for (const uri of OTHERS) {
    expect((await ask(mallory, 16, ++request, { acknowledge: true }, uri)).map(([type]) => type)).toEqual([
      17,
    ]);
    expect(topicsOf(witness.heard())).toEqual([uri]);
    expect((await ask(mallory, 64, ++request, {}, uri)).map(([type]) => type)).toEqual([65]);
    witness.heard();
    const will = await ask(mallory, 48, ++request, {}, "wamp.session.add_testament", [uri, [], {}]);
    expect(will.map(([type]) => type)).toEqual([50]);
  }
  mallory.vanish();
  const left = topicsOf(witness.heard()).filter((topic) => !topic.startsWith("wamp."));
  expect(left).toEqual(OTHERS);
});

describe("S9 URI-15 a pattern that covers the router's names never catches calls to them:", () => {
  test.each([
    ["", "prefix"],
    ["w", "prefix"],
    ["wam", "prefix"],
    ["edge", "prefix"],
    ["", "wildcard"],
    [".", "wildcard"],
    ["..", "wildcard"],
    [".session.count", "wildcard"],
    [".ping", "wildcard"],
  ])("%j by %s", async (uri, match) => {
    const { mallory, witness, room } = await scene();
    expect((await ask(witness, 64, 2, { match }, uri)).map(([type]) => type)).toContain(65);
    for (const asleep of [false, true]) {
      if (asleep) room.sleep();
      const from = asleep ? 100 : 0;
      expect(await call(mallory, from + 1, "wamp.session.count")).toEqual([50, from + 1, {}, [2]]);
      expect((await call(mallory, from + 2, "wamp.nothing"))?.[4]).toBe("wamp.error.no_such_procedure");
      expect(await call(mallory, from + 3, "edgebahn.ping")).toEqual([50, from + 3, {}, ["from the router"]]);
      expect((await call(mallory, from + 4, "edgebahn.nothing"))?.[4]).toBe("wamp.error.no_such_procedure");
      expect((await call(mallory, from + 5, "wamp"))?.[4]).toBe("wamp.error.no_such_procedure");
      expect((await call(mallory, from + 6, "edgebahn"))?.[4]).toBe("wamp.error.no_such_procedure");
      expect(witness.heard().filter((message) => (message as Wire)[0] === 68)).toEqual([]);
    }
  });
});

test("S9 no history and no retained event is kept of what the router publishes", async () => {
  const { mallory, witness, room } = await scene();
  await ask(room.open({ origin: { local: true } }), 1, "realm1", ROLES);
  room.sleep();
  expect(topicsOf(witness.heard())).toEqual(["wamp.session.on_join"]);
  expect(room.rows()).toMatchObject({ history: 0, retained: 0 });
  const got = await ask(mallory, 32, 1, { match: "prefix", get_retained: true }, "wamp.");
  const isRetained = ([, , , details]: Wire) => (details as { retained?: boolean }).retained === true;
  expect(got.filter((message) => message[0] === 36 && isRetained(message))).toEqual([]);
  const [, , , [id] = []] = (await call(mallory, 2, "wamp.subscription.lookup", [
    "wamp.session.on_join",
  ])) as [number, number, object, [number?]];
  expect(await call(mallory, 3, "wamp.subscription.get_events", [id])).toEqual([50, 3, {}]);
});

test.each([
  ["authorizer", { roles: [{ name: "x", authorizer: "wamp.session.count" }] }],
  ["authenticator", { roles: [{ name: "x" }], authenticator: { procedure: "wamp.x", methods: ["ticket"] } }],
])("S9 the configuration's %s cannot be one of the router's procedures", (_, settings) => {
  expect(errorOf({ REALMS: [{ name: "realm1", ...settings }] })?.message).toMatch(/router's own/);
});

async function call(client: Client, request: number, procedure: string, args: unknown[] = []) {
  const heard = await ask(client, 48, request, {}, procedure, args);
  return heard.find(([type]) => type === 50 || type === 8);
}

/** The topics of the EVENTs, each of which came by a pattern. */
function topicsOf(heard: readonly unknown[]): string[] {
  return (heard as Wire[])
    .filter(([type]) => type === 36)
    .map(([, , , details]) => {
      return (details as { topic: string }).topic;
    });
}
