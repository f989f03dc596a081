/** Cryptosign through the gateway: what a client sees, and what becomes of a challenge that was answered, or slept over. */
import { expect, test } from "vitest";
import { Cryptosign } from "../../src/auth/cryptosign.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { ANNOUNCED_ON_THE_WIRE, abort, SUBPROTOCOLS, VIOLATION, WireRoom } from "../gateway/wire.ts";
import { known, MemoryBook } from "./book.ts";
import { Key } from "./key.ts";

const alice = new Key();
const CHALLENGE = [4, "cryptosign", { challenge: expect.stringMatching(/^[0-9a-f]{64}$/) }];
const DENIED = abort("wamp.error.authentication_denied");

function room(): WireRoom {
  const book = new MemoryBook(known("alice", { method: "cryptosign", publicKeys: [alice.publicKey] }));
  return new WireRoom({ methods: [new Cryptosign({ book })] });
}

/** What `client` hears of a message, once the gateway is done with it. */
async function told(client: Client, ...wire: unknown[]): Promise<Wire> {
  client.say(...wire);
  await client.busy;
  return client.heard();
}

const HELLO = {
  ...ROLES,
  authmethods: ["cryptosign"],
  authextra: { pubkey: alice.publicKey, trustroot: null },
};

async function challenged(client: Client): Promise<string> {
  const heard = await told(client, 1, "realm1", HELLO);
  expect(heard).toEqual([CHALLENGE]);
  const [[, , { challenge }]] = heard as [[4, string, { challenge: string }]];
  return challenge;
}

const welcomed = (session: number) => [
  2,
  session,
  {
    roles: ANNOUNCED_ON_THE_WIRE,
    agent: "edgebahn",
    realm: "realm1",
    authid: "alice",
    authrole: "user",
    authmethod: "cryptosign",
    authprovider: "static",
  },
];

test.each(SUBPROTOCOLS)(
  "CRY-04 CRY-05 AUT-11 over %s: HELLO, CHALLENGE, AUTHENTICATE, WELCOME",
  async (subprotocol) => {
    const client = room().open(subprotocol);
    const challenge = await challenged(client);
    expect(await told(client, 5, alice.answer(challenge), {})).toEqual([welcomed(101)]);
  },
);

test("RULE-08 a challenge that was sent before a sleep is answered after it, and only by its own answer", async () => {
  const here = room();
  const [one, other] = [here.open(), here.open()];
  const challenges = [await challenged(one), await challenged(other)];
  here.wake([one, other]);
  expect(await told(one, 5, alice.answer(challenges[0] ?? ""), {})).toEqual([welcomed(101)]);
  expect(await told(other, 5, alice.answer(challenges[0] ?? ""), {})).toEqual([DENIED]);
});

test("S3 AUT-14 an answer is judged once: neither it nor another is judged on that socket again", async () => {
  const here = room();
  const client = here.open();
  const challenge = await challenged(client);
  expect(await told(client, 5, new Key().answer(challenge), {})).toEqual([DENIED]);
  expect(client.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_denied" });
  expect(await told(client, 5, alice.answer(challenge), {})).toEqual([]);
  const joined = here.open();
  const right = alice.answer(await challenged(joined));
  expect(await told(joined, 5, right, {})).toEqual([welcomed(102)]);
  expect(await told(joined, 5, right, {})).toEqual([VIOLATION]);
  const fresh = here.open();
  await challenged(fresh);
  expect(await told(fresh, 5, right, {})).toEqual([DENIED]);
});

test("CRY-01 a HELLO without a key is refused before any challenge", async () => {
  const client = room().open();
  expect(await told(client, 1, "realm1", { ...HELLO, authextra: { pubkey: "00" } })).toEqual([
    abort("wamp.error.authentication_failed"),
  ]);
});
