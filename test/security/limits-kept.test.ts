/** S13: limits of what a realm keeps, where the oldest goes first or what is too large is not kept: at N-1, N and N+1. */
import { describe, expect, test } from "vitest";
import { newSecret } from "../config/scene.ts";
import type { Client } from "../gateway/client.ts";
import { ask, EVERYTHING, partsOf, Room } from "./room.ts";

const SECRETS = { ALICE_TICKET: newSecret() };

async function scene(realm: object) {
  const parts = partsOf(
    {
      roles: [{ name: "user", permissions: [EVERYTHING], limits: { messages: 0 } }],
      principals: [{ authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" }],
      ...realm,
    },
    SECRETS,
  );
  const room = new Room(parts);
  return { room, alice: await room.join("alice", SECRETS.ALICE_TICKET) };
}

let request = 0;

/** Publishes; the event is acknowledged whatever becomes of it. */
async function publish(alice: Client, topic: string, text: string, options: object = { retain: true }) {
  const message = [16, ++request, { acknowledge: true, exclude_me: false, ...options }, topic, [text]];
  expect(await ask(alice, ...message)).toEqual([[17, request, expect.any(Number)]]);
}

/** The topics of what is retained below `com.`. */
async function retained(alice: Client): Promise<string[]> {
  const heard = await ask(alice, 32, ++request, { match: "prefix", get_retained: true }, "com.");
  const [, , subscription] = heard[0] ?? [];
  await ask(alice, 34, ++request, subscription);
  return heard.slice(1).map(([, , , details]) => (details as { topic: string }).topic);
}

async function history(alice: Client, topic = "com.kept"): Promise<string[]> {
  const [looked] = await ask(alice, 48, ++request, {}, "wamp.subscription.lookup", [topic]);
  const [answer] = await ask(
    alice,
    48,
    ++request,
    {},
    "wamp.subscription.get_events",
    looked?.[3] as unknown[],
  );
  return ((answer?.[3] ?? []) as { args: [string] }[]).map(({ args: [text] }) => text);
}

/** A text that as the only argument has so many octets. */
const textOf = (octets: number) => "x".repeat(octets - JSON.stringify([""]).length);

const SIZES = [
  [99, true],
  [100, true],
  [101, false],
] as const;

describe.each([false, true])("with sleep: %s,", (sleeps) => {
  const rest = (room: Room) => {
    if (sleeps) room.sleep();
  };

  test("S13 RET-20 three events are retained, and a fourth takes the place of the oldest", async () => {
    const { room, alice } = await scene({ retained: 3 });
    for (const [at, topic] of ["com.a", "com.b", "com.c", "com.d"].entries()) {
      await publish(alice, topic, "x");
      rest(room);
      expect(await retained(alice)).toEqual(
        ["com.a", "com.b", "com.c", "com.d"].slice(Math.max(0, at - 2), at + 1),
      );
    }
    expect(room.rows().retained).toBe(3);
  });

  test.each(SIZES)("S13 RET-04 an event of %i octets is retained: %s", async (octets, isKept) => {
    const { room, alice } = await scene({ retainedOctets: 100 });
    await publish(alice, "com.a", textOf(octets));
    rest(room);
    expect(await retained(alice)).toEqual(isKept ? ["com.a"] : []);
  });

  test.each(SIZES)("S13 two events of %i octets together are retained: %s", async (octets, isKept) => {
    const { room, alice } = await scene({ retainedTotal: 100 });
    await publish(alice, "com.a", textOf(50));
    rest(room);
    await publish(alice, "com.b", textOf(octets - 50));
    rest(room);
    expect(await retained(alice)).toEqual(isKept ? ["com.a", "com.b"] : ["com.b"]);
  });

  test.each([
    [59_999, true],
    [60_000, true],
    [60_001, false],
  ])("S13 an event is retained after %i ms: %s", async (age, isKept) => {
    const { room, alice } = await scene({ retainedAge: 60_000 });
    await publish(alice, "com.a", "x");
    room.pass(age - (sleeps ? 5_000 : 0));
    rest(room);
    expect(await retained(alice)).toEqual(isKept ? ["com.a"] : []);
  });

  test.each(SIZES)("S13 TES-18 testaments of %i octets together are taken: %s", async (octets, isKept) => {
    const { room, alice } = await scene({ testamentOctets: 100 });
    const leave = (text: string) =>
      ask(alice, 48, ++request, {}, "wamp.session.add_testament", ["com.a", [text], {}]);
    const kept = await leave("");
    expect(kept.map(([type]) => type)).toEqual([50]);
    const used = octetsKept(room); // of one whose text is empty
    rest(room);
    const text = "x".repeat(octets - used - used);
    const [answer] = await leave(text);
    expect(answer?.[0] === 8 ? answer[4] : answer?.[0]).toBe(isKept ? 50 : "wamp.error.option_not_allowed");
    expect(room.rows().testaments).toBe(isKept ? 2 : 1);
  });

  test("S13 HIS-03 three events are kept, and a fourth takes the place of the oldest", async () => {
    const { room, alice } = await scene({ eventHistory: [{ uri: "com.kept", limit: 3 }] });
    for (const [at, text] of ["1", "2", "3", "4"].entries()) {
      await publish(alice, "com.kept", text, {});
      rest(room);
      expect(await history(alice)).toEqual(["1", "2", "3", "4"].slice(Math.max(0, at - 2), at + 1));
    }
  });

  test.each(SIZES)("S13 two events of %i octets together are kept: %s", async (octets, isKept) => {
    const { room, alice } = await scene({ eventHistory: [{ uri: "com.kept", octets: 100 }] });
    await publish(alice, "com.kept", textOf(50), {});
    rest(room);
    await publish(alice, "com.kept", textOf(octets - 50), {});
    rest(room);
    expect((await history(alice)).length).toBe(isKept ? 2 : 1);
  });

  test.each([
    [59_999, true],
    [60_000, true],
    [60_001, false],
  ])("S13 an event is kept after %i ms: %s", async (age, isKept) => {
    const { room, alice } = await scene({ eventHistory: [{ uri: "com.kept", age: 60_000 }] });
    await publish(alice, "com.kept", "x", {});
    room.pass(age - (sleeps ? 5_000 : 0));
    rest(room);
    expect(await history(alice)).toEqual(isKept ? ["x"] : []);
  });
});

/** What the store says that the session's testaments take. */
function octetsKept(room: Room): number {
  const [session] = room.store.sessions();
  return session ? room.store.testamentSize(session.session).octets : 0;
}
