/** S6 and SES-22 at the wire: who guesses is refused unjudged, and a handshake does not go on forever. */
import { expect, test } from "vitest";
import { Anonymous } from "../../src/auth/anonymous.ts";
import type { AuthMethod } from "../../src/auth/method.ts";
import { Attempts, DEFAULT_ATTEMPT_SETTINGS } from "../../src/gateway/attempts.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { type Client, ROLES } from "./client.ts";
import { MemoryAttempts } from "./memory-attempts.ts";
import { ADMITTED, CHALLENGED, HELLO, SlowMethod, slowRoom, welcomed } from "./slow-method.ts";
import { hello, Secret, Told, welcomeAs } from "./told-method.ts";
import { abort, WireRoom, welcome } from "./wire.ts";

const DENIED = [3, { message: "the name or the secret is wrong" }, "wamp.error.authentication_denied"];
const TOO_OFTEN = [
  3,
  { message: "the limit of failed sign-ins a minute of one name at one address is 10: try again in 60 s" },
  "wamp.error.authentication_denied",
];

function scene(...methods: AuthMethod[]) {
  const store = new MemoryAttempts();
  const room = new WireRoom({
    methods,
    ports: (room) => ({ attempts: new Attempts(store, DEFAULT_ATTEMPT_SETTINGS, () => room.clock) }),
  });
  return { store, room };
}

function signIn(client: Client, signature: string): unknown[] {
  client.say(1, "realm1", { ...ROLES, authmethods: ["secret"], authid: "alice" });
  if (client.peer.closed) return client.heard();
  expect(client.heard()).toEqual([[4, "secret", {}]]);
  return client.say(5, signature, {}).heard();
}

test("S6 a method that judges HELLO at once is not asked after ten failures, nor after sleep", () => {
  const method = new Told({ bob: {} });
  const { room } = scene(method);
  for (let n = 0; n < 10; n++)
    expect(
      room
        .open()
        .say(...hello("alice"))
        .heard(),
    ).toEqual([DENIED]);
  const late = room.open().say(...hello("alice"));
  expect(late.heard()).toEqual([TOO_OFTEN]);
  expect(late.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_denied" });
  room.wake([]);
  expect(
    room
      .open()
      .say(...hello("alice"))
      .heard(),
  ).toEqual([TOO_OFTEN]);
  expect(method.judged).toBe(10);
  const bob = room.open().say(...hello("bob"));
  expect(bob.heard()).toEqual([welcomeAs(bob.session, "bob")]);
  room.pass(60_000);
  expect(
    room
      .open()
      .say(...hello("alice"))
      .heard(),
  ).toEqual([DENIED]);
});

test("S6 answers to challenges count, and after ten wrong ones there is not even a challenge", () => {
  const method = new Secret();
  const { room } = scene(method);
  for (let n = 0; n < 10; n++) expect(signIn(room.open(), "wrong")).toEqual([DENIED]);
  expect(signIn(room.open(), "open")).toEqual([TOO_OFTEN]);
  expect(method.judged).toHaveLength(10);
});

test("S6 challenges taken before are not judged when others have used up the guesses", () => {
  const method = new Secret();
  const { room } = scene(method);
  const waiting = Array.from({ length: 100 }, () =>
    room.open().say(1, "realm1", { ...ROLES, authmethods: ["secret"], authid: "alice" }),
  );
  for (const each of waiting) expect(each.heard()).toEqual([[4, "secret", {}]]);
  const told = waiting.map((each) => each.say(5, "wrong", {}).heard());
  expect(told).toEqual([...Array(10).fill([DENIED]), ...Array(90).fill([TOO_OFTEN])]);
  expect(method.judged).toHaveLength(10);
});

test("S6 challenges that nobody answers use up nothing", () => {
  const { room, store } = scene(new Secret());
  for (let n = 0; n < 200; n++) {
    room
      .open()
      .say(1, "realm1", { ...ROLES, authmethods: ["secret"], authid: "alice" })
      .vanish();
  }
  expect(signIn(room.open(), "open")[0]).toEqual(expect.arrayContaining([2]));
  expect(store.writes).toBe(0);
});

test("S6 whoever was refused before and knows the secret still gets in", () => {
  const { room } = scene(new Secret());
  for (let n = 0; n < 9; n++) signIn(room.open(), "wrong");
  expect(signIn(room.open(), "open")[0]).toEqual(expect.arrayContaining([2]));
});

test("S6 anonymous sessions are never counted", () => {
  const { room, store } = scene(new Anonymous("everybody"));
  for (let n = 1; n <= 300; n++) {
    expect(room.open().say(1, "realm1", ROLES).heard()).toEqual([welcome(100 + n)]);
  }
  expect(store.writes).toBe(0);
});

test("S6 anonymous sessions are let in where guessing has used up an address", () => {
  const { room } = scene(new Told({}), new Anonymous("everybody"));
  for (let n = 0; n < 100; n++) room.open().say(...hello(`n${n}`));
  expect(
    room
      .open()
      .say(...hello("one more"))
      .heard()[0],
  ).toEqual([
    3,
    { message: "the limit of failed sign-ins a minute of one address is 100: try again in 60 s" },
    "wamp.error.authentication_denied",
  ]);
  expect(room.open().say(1, "realm1", ROLES).heard()).toEqual([welcome(202)]);
});

/** Somebody with a name: whoever has none has no limit but that of the address. */
const NAMED = [HELLO[0], HELLO[1], { ...ROLES, authmethods: ["slow"], authid: "alice" }] as const;

test("S6 RULE-09 whoever waits for its turn and is gone is not judged, and the next one is", async () => {
  const method = new SlowMethod();
  const { room } = scene(method);
  const first = Array.from({ length: 10 }, () => room.open().say(...NAMED));
  const lost = room.open().say(...NAMED);
  const last = room.open().say(...NAMED);
  expect(method.asked).toHaveLength(10);
  lost.vanish();
  method.pending.shift()?.resolve(ADMITTED);
  await first[0]?.busy;
  await lost.busy;
  expect(method.asked).toHaveLength(11);
  method.pending.pop()?.resolve(ADMITTED);
  await last.busy;
  expect(last.heard()).toEqual([welcomed(112)]);
  expect([lost.heard(), room.log]).toEqual([[], []]);
});

test("S6 SES-22 patience ends for those who wait for their turn, too", async () => {
  const method = new SlowMethod();
  const { room } = scene(method);
  for (let n = 0; n < 10; n++) room.open().say(...NAMED);
  const last = room.open().say(...NAMED);
  room.pass(room.settings.patience);
  expect(last.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  for (const { reject } of method.pending.splice(0)) {
    reject(new Refusal("wamp.error.authentication_denied", "no"));
  }
  await last.busy;
  expect(last.heard()).toEqual([]);
  expect(method.asked).toHaveLength(10);
});

test("SES-22 further challenges give nobody more time than the first one", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open().say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  const { patience } = room.settings;
  for (let n = 1; n < 5; n++) {
    room.pass(patience / 5);
    alice.say(5, `${n}`, {});
    await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  }
  expect(room.gateway.nextDeadline()).toBe(room.clock + patience / 5);
  alice.heard();
  room.pass(patience / 5 - 1);
  expect(alice.heard()).toEqual([]);
  room.pass(1);
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
});

test("SES-22 sleep between two challenges gives nobody more time", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open().say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  const due = room.clock + room.settings.patience;
  room.pass(3_000);
  room.wake([alice]);
  alice.say(5, "first", {});
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  expect(room.gateway.nextDeadline()).toBe(due);
});

test("S15 the log names who was refused, also when the answer came after sleep", () => {
  const { room } = scene(new Secret());
  const alice = room.open().say(1, "realm1", { ...ROLES, authmethods: ["secret"], authid: "alice" });
  room.wake([alice]);
  alice.say(5, "wrong", {});
  expect(room.log).toEqual([
    {
      event: "abort",
      session: undefined,
      authid: "alice",
      reason: "wamp.error.authentication_denied",
      message: "the name or the secret is wrong",
    },
  ]);
});
