/** S13: limits of what one frame, message or handshake may be: at N-1, N and N+1, before and after sign-in and sleep. */
import { describe, expect, test } from "vitest";
import { newSecret } from "../config/scene.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { ask, EVERYTHING, partsOf, Room } from "./room.ts";

const SECRETS = { ALICE_TICKET: newSecret(), BOB_SECRET: newSecret() };
const GREETING = 4_096;
const FRAME = 1_048_576;
const DEPTH = 32;
const ITEMS = 65_536;
const PIPELINED = 16;
const PATIENCE = 5_000;
const VIOLATION = "wamp.error.protocol_violation";
const HELLO = {
  roles: { caller: {}, publisher: {}, subscriber: {}, callee: {} },
  authmethods: ["ticket"],
  authid: "alice",
};
const PARTS = partsOf(
  {
    roles: [{ name: "user", permissions: [EVERYTHING], limits: { messages: 0 } }],
    principals: [
      { authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" },
      { authid: "bob", role: "user", method: "wampcra", secret: "BOB_SECRET" },
    ],
  },
  SECRETS,
);

/** A HELLO of so many octets. */
function helloOf(octets: number): string {
  const plain = JSON.stringify([1, "realm1", { ...HELLO, agent: "" }]);
  return JSON.stringify([1, "realm1", { ...HELLO, agent: "x".repeat(octets - plain.length) }]);
}

function authenticateOf(octets: number): string {
  const plain = JSON.stringify([5, SECRETS.ALICE_TICKET, { pad: "" }]);
  return JSON.stringify([5, SECRETS.ALICE_TICKET, { pad: "x".repeat(octets - plain.length) }]);
}

async function sayFrame(client: Client, frame: string): Promise<Wire[]> {
  client.sayFrame(frame);
  await client.busy;
  return client.heard() as Wire[];
}

const aborted = (message: string) => [[3, { message }, VIOLATION]];
const TOO_LARGE = aborted(`before WELCOME a frame may have ${GREETING} octets`);

describe.each([
  [GREETING - 1, true],
  [GREETING, true],
  [GREETING + 1, false],
])("S13 RULE-05 a frame of %i octets", (octets, fits) => {
  test("as HELLO", async () => {
    const room = new Room(PARTS);
    const client = room.open();
    const heard = await sayFrame(client, helloOf(octets));
    expect(heard).toEqual(fits ? [[4, "ticket", {}]] : TOO_LARGE);
    expect(client.peer.closed).toEqual(fits ? undefined : { code: 1009, reason: VIOLATION });
  });

  test.each([false, true])("as AUTHENTICATE; after sleep: %s", async (sleeps) => {
    const room = new Room(PARTS);
    const client = room.open();
    await ask(client, 1, "realm1", HELLO);
    if (sleeps) room.gateway = asleep(room);
    const heard = await sayFrame(client, authenticateOf(octets));
    expect(heard.map(([type]) => type)).toEqual([fits ? 2 : 3]);
    expect(client.peer.closed?.code).toBe(fits ? undefined : 1009);
    expect(room.rows().sessions).toBe(0);
  });

  test("as a second HELLO, after GOODBYE", async () => {
    const room = new Room(PARTS);
    const client = await room.join("alice", SECRETS.ALICE_TICKET);
    await ask(client, 6, {}, "wamp.close.close_realm");
    expect(await sayFrame(client, helloOf(octets))).toEqual(fits ? [[4, "ticket", {}]] : TOO_LARGE);
  });

  test("of somebody who has joined", async () => {
    const room = new Room(PARTS);
    const client = await room.join("alice", SECRETS.ALICE_TICKET);
    room.sleep();
    const plain = JSON.stringify([16, 1, { acknowledge: true }, "com.x", [""]]);
    const frame = JSON.stringify([
      16,
      1,
      { acknowledge: true },
      "com.x",
      ["x".repeat(octets - plain.length)],
    ]);
    expect((await sayFrame(client, frame)).map(([type]) => type)).toEqual([17]);
  });
});

/** The same instant, but only rows and memos are left. */
function asleep(room: Room) {
  const { clock } = room;
  room.clock -= 5_000; // sleep itself takes five seconds, in which patience would end
  room.sleep();
  room.clock = clock;
  return room.gateway;
}

test.each([
  [FRAME - 1, true],
  [FRAME, true],
  [FRAME + 1, false],
])("S13 TRN-16 a message of %i octets", async (octets, fits) => {
  const room = new Room(PARTS);
  const client = await room.join("alice", SECRETS.ALICE_TICKET);
  const plain = JSON.stringify([16, 1, { acknowledge: true }, "com.x", [""]]);
  const frame = JSON.stringify([16, 1, { acknowledge: true }, "com.x", ["x".repeat(octets - plain.length)]]);
  expect((await sayFrame(client, frame)).map(([type]) => type)).toEqual([fits ? 17 : 3]);
  expect(client.peer.closed?.code).toBe(fits ? undefined : 1009);
});

test.each([
  [DEPTH - 1, true],
  [DEPTH, true],
  [DEPTH + 1, false],
])("S13 SER-19 a message of depth %i", async (depth, fits) => {
  const room = new Room(PARTS);
  const client = await room.join("alice", SECRETS.ALICE_TICKET);
  const args = `${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`;
  const heard = await sayFrame(client, `[16,1,{"acknowledge":true},"com.x",${args}]`);
  expect(heard.map(([type]) => type)).toEqual([fits ? 17 : 3]);
});

test.each([
  [ITEMS - 1, true],
  [ITEMS, true],
  [ITEMS + 1, false],
])("S13 SER-19 a message of %i values", async (items, fits) => {
  const room = new Room(PARTS);
  const client = await room.join("alice", SECRETS.ALICE_TICKET);
  // In the message: type, request, options with a key and a value, topic, and the list itself.
  const args = Array.from({ length: items - 7 }, () => 0);
  const heard = await ask(client, 16, 1, { acknowledge: true }, "com.x", args);
  expect(heard.map(([type]) => type)).toEqual([fits ? 17 : 3]);
});

describe.each([
  ["256 characters", ["x".repeat(255), "x".repeat(256), "x".repeat(257)]],
  ["32 components", [31, 32, 33].map((count) => Array.from({ length: count }, () => "x").join("."))],
])("S13 URI-19 URIs have at most %s:", (_, uris) => {
  test.each([
    ["PUBLISH", 17, (uri: string) => [16, 1, { acknowledge: true }, uri]],
    ["SUBSCRIBE", 33, (uri: string) => [32, 1, {}, uri]],
    ["a prefix SUBSCRIBE", 33, (uri: string) => [32, 1, { match: "prefix" }, uri]],
    ["REGISTER", 65, (uri: string) => [64, 1, {}, uri]],
    ["a wildcard REGISTER", 65, (uri: string) => [64, 1, { match: "wildcard" }, uri]],
    ["CALL", "wamp.error.no_such_procedure", (uri: string) => [48, 1, {}, uri]],
    ["a testament", 50, (uri: string) => [48, 1, {}, "wamp.session.add_testament", [uri, [], {}]]],
  ])("in %s", async (_, good, messageOf) => {
    for (const [at, uri] of uris.entries()) {
      const room = new Room(PARTS);
      const client = await room.join("alice", SECRETS.ALICE_TICKET);
      if (at > 0) room.sleep();
      const before = room.rows();
      const [answer] = await ask(client, ...messageOf(uri));
      expect(answer?.[0] === 8 ? answer[4] : answer?.[0]).toBe(at < 2 ? good : "wamp.error.invalid_uri");
      if (at === 2) expect(room.rows()).toEqual(before);
    }
  });

  test("in HELLO", async () => {
    for (const [at, uri] of uris.entries()) {
      const room = new Room(PARTS);
      const [answer] = await ask(room.open(), 1, uri, HELLO);
      expect(answer?.[2]).toBe(at < 2 ? "wamp.error.no_such_realm" : "wamp.error.invalid_uri");
    }
  });
});

test.each([
  [PIPELINED - 1, true],
  [PIPELINED, true],
  [PIPELINED + 1, false],
])("S13 RULE-05 %i messages behind AUTHENTICATE", async (count, fits) => {
  const room = new Room(PARTS);
  const client = room.open();
  await ask(client, 1, "realm1", HELLO);
  client.say(5, SECRETS.ALICE_TICKET, {});
  const { busy } = client;
  for (let request = 1; request <= count; request++) client.say(48, request, {}, "wamp.session.count");
  await busy;
  const heard = client.heard() as Wire[];
  if (fits) {
    expect(heard.map(([type, request]) => (type === 50 ? request : type))).toEqual([
      2,
      ...Array.from({ length: count }, (_, at) => at + 1),
    ]);
  } else {
    expect(heard).toEqual(aborted(`before WELCOME ${PIPELINED} messages may wait`));
    expect(client.peer.closed).toEqual({ code: 1002, reason: VIOLATION });
  }
});

test.each([
  [PATIENCE - 1, true],
  [PATIENCE, false],
  [PATIENCE + 1, false],
])("S13 TRN-17 SES-22 patience ends at five seconds: %i ms", async (waited, isInTime) => {
  const room = new Room(PARTS);
  const [silent, challenged] = [room.open(), room.open()];
  await ask(challenged, 1, "realm1", HELLO);
  room.pass(waited);
  expect(silent.peer.closed).toEqual(isInTime ? undefined : { code: 1008, reason: "no HELLO came in time" });
  if (isInTime) {
    expect((await ask(silent, 1, "realm1", HELLO))[0]?.[0]).toBe(4);
    expect((await ask(challenged, 5, SECRETS.ALICE_TICKET, {}))[0]?.[0]).toBe(2);
  } else {
    expect(challenged.heard()).toEqual([
      [3, { message: "no AUTHENTICATE came in time" }, "wamp.error.authentication_failed"],
    ]);
  }
});

test.each([
  [255, 4],
  [256, 4],
  [257, 3],
])("S13 CRA-01 an authid of %i characters", async (length, type) => {
  const room = new Room(PARTS);
  const hello = { ...HELLO, authmethods: ["wampcra"], authid: "x".repeat(length) };
  expect((await ask(room.open(), 1, "realm1", hello))[0]?.[0]).toBe(type);
});

describe.each([
  ["messages", { messages: 3, octets: 1_000_000 }],
  ["octets", { messages: 1_000, octets: 3 * JSON.stringify([48, 100, {}, "com.p"]).length }],
])("S13 AZN-13 limits of what waits for a decision: %s", (_, waiting) => {
  test.each([2, 3, 4])("%i messages", async (count) => {
    const parts = partsOf(
      {
        roles: [
          { name: "user", authorizer: "com.authorize", limits: { messages: 0 } },
          { name: "authorizer", permissions: [EVERYTHING] },
        ],
        principals: [
          { authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" },
          { authid: "bob", role: "authorizer", method: "ticket", secret: "BOB_SECRET" },
        ],
      },
      SECRETS,
    );
    const room = new Room({ ...parts, gateway: { ...parts.gateway, waiting } });
    const bob = await room.join("bob", SECRETS.BOB_SECRET);
    await ask(bob, 64, 1, {}, "com.authorize");
    const alice = await room.join("alice", SECRETS.ALICE_TICKET);
    alice.say(48, 99, {}, "com.p");
    const { busy } = alice;
    for (let n = 0; n < count; n++) alice.say(48, 100 + n, {}, "com.p");
    if (count <= 3) {
      expect([alice.peer.closed, alice.heard()]).toEqual([undefined, []]);
      for (let n = 0; n <= count; n++) {
        const [question] = await heardBy(bob);
        bob.say(70, question?.[1], {}, [true]);
      }
      await busy;
      const answers = (alice.heard() as Wire[]).map(([, , request, , error]) => [request, error]);
      const failed = Array.from({ length: count + 1 }, (_, n) => [99 + n, "wamp.error.no_such_procedure"]);
      expect(answers).toEqual(failed);
    } else {
      expect((alice.heard() as Wire[])[0]?.[2]).toBe("edgebahn.error.limit_exceeded");
      expect(alice.peer.closed).toEqual({ code: 1008, reason: "edgebahn.error.limit_exceeded" });
    }
  });
});

/** What comes once promises have settled. */
async function heardBy(client: Client): Promise<Wire[]> {
  for (let turns = 0; turns < 100; turns++) {
    const heard = client.heard() as Wire[];
    if (heard.length > 0) return heard;
    await Promise.resolve();
  }
  return [];
}
