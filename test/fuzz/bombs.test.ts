/** R14: every bomb through the gateway, after sign-in and before. A canary is served after each. */
import { describe, expect, test } from "vitest";
import type { Client } from "../gateway/client.ts";
import { VIOLATED, VIOLATION, WireRoom } from "../gateway/wire.ts";
import { type Bomb, FRAMES, matches } from "./bombs-frames.ts";

const GREETING = 4_096;

/** A bystander asks something, and an event reaches it: the router is well. */
function serves(canary: Client, round: number): void {
  canary.say(16, round + 1, { exclude_me: false }, "com.canary", [round]);
  expect(canary.heard()).toEqual([[36, expect.any(Number), expect.any(Number), {}, [round]]]);
}

function scene() {
  const room = new WireRoom();
  const canary = room.join("wamp.2.msgpack").say(32, 1, {}, "com.canary");
  canary.heard();
  return { room, canary };
}

const faults = (room: WireRoom) => room.log.filter(({ event }) => event === "fault");
const octetsOf = (frame: string | Uint8Array) =>
  typeof frame === "string" ? Buffer.byteLength(frame) : frame.length;

function expectFate(client: Client, { fate }: Pick<Bomb, "fate">): void {
  const heard = client.heard();
  if (fate === "refused" || fate === "large") {
    expect(heard).toEqual([VIOLATION]);
    expect(client.peer.closed).toEqual(fate === "large" ? { ...VIOLATED, code: 1009 } : VIOLATED);
    return;
  }
  expect(client.peer.closed).toBeUndefined();
  if (!matches(fate.answer, heard[0])) expect(heard).toEqual([fate.answer]);
  expect(heard).toHaveLength(1);
}

test("R14 there are sixty bombs at least, and no two have one name", () => {
  expect(FRAMES.length).toBeGreaterThan(60);
  expect(new Set(FRAMES.map(({ name }) => name)).size).toBe(FRAMES.length);
});

describe("R14 what becomes of a bomb", () => {
  const { room, canary } = scene();
  for (const [round, bomb] of FRAMES.entries()) {
    test(`R14 ${bomb.name}`, () => {
      const victim = room.join(bomb.subprotocol);
      victim.sayFrame(bomb.frame());
      expectFate(victim, bomb);
      serves(canary, round);
      if (!victim.peer.closed) victim.vanish();
      expect(faults(room)).toEqual([]);
      expect(room.gateway.sessions()).toHaveLength(1);
    });
  }
});

test("R14 before WELCOME every bomb is refused, and by its size alone where it is large", () => {
  const { room, canary } = scene();
  for (const [round, bomb] of FRAMES.entries()) {
    const frame = bomb.frame();
    const stranger = room.open(bomb.subprotocol);
    stranger.sayFrame(frame);
    const isHello = bomb.name.endsWith("second HELLO");
    if (isHello) expect(stranger.heard()).toEqual([[2, expect.any(Number), expect.anything()]]);
    else expectFate(stranger, { fate: octetsOf(frame) > GREETING ? "large" : "refused" });
    if (!stranger.peer.closed) stranger.vanish();
    serves(canary, round);
  }
  expect(faults(room)).toEqual([]);
  expect(room.gateway.sessions()).toHaveLength(1);
});
