/** Sign-in by ticket: what is asked, what is believed, and that nobody learns who there is. */
import { expect, test } from "vitest";
import type { Principal } from "../../src/auth/method.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { type AskTicket, Ticket, type TicketPorts } from "../../src/auth/ticket.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { ROLES } from "../gateway/client.ts";
import { ANNOUNCED_ON_THE_WIRE, abort, WireRoom } from "../gateway/wire.ts";
import { attempt, DENIED, signIn } from "./attempt.ts";
import { known, MemoryBook } from "./book.ts";

const TICKET = "tick-et of Alice";

async function bookOfAlice(): Promise<MemoryBook> {
  const credential = { method: "ticket", digest: await digestOf(TICKET) } as const;
  return new MemoryBook(known("alice", credential, { authextra: { greeting: "hi" } }));
}

async function room(ports: Partial<TicketPorts> = {}) {
  const book = await bookOfAlice();
  return { book, room: new WireRoom({ methods: [new Ticket({ book, ...ports })] }) };
}

const hello = (authid?: string) => ({
  ...ROLES,
  authmethods: ["ticket"],
  ...(authid !== undefined && { authid }),
});

const WELCOME = [
  2,
  101,
  {
    roles: ANNOUNCED_ON_THE_WIRE,
    agent: "edgebahn",
    realm: "realm1",
    authid: "alice",
    authrole: "user",
    authmethod: "ticket",
    authprovider: "static",
    authextra: { greeting: "hi" },
  },
];

test.each(["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const)(
  "TCK-02 TCK-04 the right ticket is asked for and welcomed over %s",
  async (subprotocol) => {
    const alice = (await room()).room.open(subprotocol).say(1, "realm1", hello("alice"));
    await alice.busy;
    expect(alice.heard()).toEqual([[4, "ticket", {}]]);
    await alice.say(5, TICKET, {}).busy;
    expect(alice.heard()).toEqual([WELCOME]);
  },
);

test.each(["alice", "nobody"])(
  "TCK-03 AUT-06 AUT-08 a wrong ticket of %s is denied with one text",
  async (authid) => {
    const client = (await room()).room.open().say(1, "realm1", hello(authid));
    await client.busy;
    expect(client.heard()).toEqual([[4, "ticket", {}]]);
    await client.say(5, "wrong", {}).busy;
    expect(client.heard()).toEqual([[3, { message: DENIED.text }, DENIED.reason]]);
    expect(client.peer.closed).toEqual({ code: 1000, reason: DENIED.reason });
  },
);

test.each([undefined, ""])("TCK-01 HELLO without an authid (%j) is refused", async (authid) => {
  const client = (await room()).room.open().say(1, "realm1", hello(authid));
  await client.busy;
  expect(client.heard()).toEqual([abort("wamp.error.authentication_failed")]);
});

test("TCK-01 an answer without an authid is denied whatever HELLO was let through for", async () => {
  const asked: string[] = [];
  const ask: AskTicket = async (_, ticket) => {
    asked.push(ticket);
    return { authid: "eve", authrole: "user", authprovider: "dynamic" };
  };
  const method = new Ticket({ book: await bookOfAlice(), ask });
  const answer = { type: "AUTHENTICATE", signature: TICKET, extra: {} } as const;
  await expect(method.verify(signIn(), {}, answer)).rejects.toEqual(new Refusal(DENIED.reason, DENIED.text));
  expect(asked).toEqual([]);
});

test("AUT-01 the method is offered where somebody could sign in by it", async () => {
  const nobody = new MemoryBook();
  const other = new MemoryBook(known("bob", { method: "wampcra", key: "k" }));
  expect(new Ticket({ book: nobody }).offered()).toBe(false);
  expect(new Ticket({ book: other }).offered()).toBe(false);
  expect(new Ticket({ book: await bookOfAlice() }).offered()).toBe(true);
  expect(new Ticket({ book: nobody, ask: async () => undefined }).offered()).toBe(true);
});

test("AUT-08 nobody is looked up before the answer, and known and unknown then take the same steps", async () => {
  const steps = async (authid: string) => {
    const book = await bookOfAlice();
    const asked: string[] = [];
    const ask: AskTicket = async (_, ticket) => void asked.push(ticket);
    const method = new Ticket({ book, ask });
    const first = await method.challenge(signIn({ hello: { authid } }));
    const before = book.asked.length;
    const outcome = await attempt(method, { hello: { authid }, signature: "wrong" });
    return { first, before, looked: book.asked.map(([how, by]) => [how, by]), asked, outcome };
  };
  expect(await steps("alice")).toEqual({
    first: { challenge: { extra: {}, expects: {} } },
    before: 0,
    looked: [["find", "ticket"]],
    asked: ["wrong"],
    outcome: DENIED,
  });
  expect(await steps("nobody")).toEqual(await steps("alice"));
});

test("AUT-18 the realm's authenticator decides on whoever the book does not know", async () => {
  const bob: Principal = { authid: "robert", authrole: "admin", authprovider: "dynamic", expires: 7 };
  const ask: AskTicket = async ({ details }, ticket) =>
    details.authid === "bob" && ticket === "b" ? bob : undefined;
  const method = new Ticket({ book: await bookOfAlice(), ask });
  const by = (authid: string, signature: string) => attempt(method, { hello: { authid }, signature });
  expect(await by("bob", "b")).toEqual({ principal: bob });
  expect(await by("bob", "c")).toEqual(DENIED);
  expect(await by("carol", "b")).toEqual(DENIED);
});

test("AUT-18 the realm's authenticator cannot admit whoever is in the book, and is not told its right ticket", async () => {
  const asked: string[] = [];
  const ask: AskTicket = async ({ details: { authid = "" } }, ticket) => {
    asked.push(ticket);
    return { authid, authrole: "admin", authprovider: "dynamic" };
  };
  const method = new Ticket({ book: await bookOfAlice(), ask });
  expect(await attempt(method, { hello: { authid: "alice" }, signature: "wrong" })).toEqual(DENIED);
  expect(await attempt(method, { hello: { authid: "alice" }, signature: TICKET })).toEqual({
    principal: { authid: "alice", authrole: "user", authprovider: "static", authextra: { greeting: "hi" } },
  });
  expect(asked).toEqual(["wrong"]);
});

test.each(["alice", "nobody"])(
  "AUT-07 where the authenticator cannot be asked about %s, that is what is told",
  async (authid) => {
    const down = new Refusal("wamp.error.authentication_failed", "the authenticator is gone");
    const ask: AskTicket = async () => Promise.reject(down);
    const method = new Ticket({ book: await bookOfAlice(), ask });
    expect(await attempt(method, { hello: { authid }, signature: "wrong" })).toEqual({
      reason: down.reason,
      text: down.message,
    });
  },
);

test("AUT-07 a book that cannot be read admits nobody, not even by the right ticket", async () => {
  const book = await bookOfAlice();
  book.later = true;
  const by = () => attempt(new Ticket({ book }), { hello: { authid: "alice" }, signature: TICKET });
  expect(await by()).toMatchObject({ principal: { authid: "alice" } });
  book.failure = new Refusal("wamp.error.authentication_failed", "the book is closed");
  expect(await by()).toEqual({ reason: "wamp.error.authentication_failed", text: "the book is closed" });
});

test("AUT-14 an attempt that failed cannot be tried again on the same connection", async () => {
  const client = (await room()).room.open().say(1, "realm1", hello("alice"));
  await client.busy;
  await client.say(5, "wrong", {}).busy;
  client.heard();
  await client.say(5, TICKET, {}).busy;
  expect(client.heard()).toEqual([]);
});

test("AUT-15 the same ticket signs in any number of sessions", async () => {
  const { room: wire } = await room();
  for (const session of [101, 102, 103]) {
    const client = wire.open().say(1, "realm1", hello("alice"));
    await client.busy;
    await client.say(5, TICKET, {}).busy;
    expect(client.heard().at(-1)).toEqual([2, session, WELCOME[2]]);
  }
});

test("AUT-12 a role that HELLO asks for is not granted", async () => {
  const method = new Ticket({ book: await bookOfAlice() });
  const asked = { authid: "alice", authrole: "admin" };
  expect(await attempt(method, { hello: asked, signature: TICKET })).toMatchObject({
    principal: { authrole: "user" },
  });
});

test("TCK-03 an empty ticket is denied even where its digest is what is kept", async () => {
  const book = new MemoryBook(known("alice", { method: "ticket", digest: await digestOf("") }));
  expect(await attempt(new Ticket({ book }), { hello: { authid: "alice" }, signature: "" })).toEqual(DENIED);
});

test.each([
  ["of 8192 characters", "x".repeat(8_192), true],
  ["of 8193 characters", "x".repeat(8_193), false],
  ["of every kind of character", 'ä\0\u{1f511}\n"', true],
  ["that is no Unicode text", "\ud800", false],
])("TCK-03 a ticket %s is looked at: %s", async (_, ticket, looked) => {
  const book = new MemoryBook(known("alice", { method: "ticket", digest: await digestOf(ticket) }));
  const outcome = await attempt(new Ticket({ book }), { hello: { authid: "alice" }, signature: ticket });
  expect("principal" in outcome).toBe(looked);
  expect(book.asked).toHaveLength(looked ? 1 : 0);
});
