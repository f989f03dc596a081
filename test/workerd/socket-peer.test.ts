/** What is taken to wait in a socket: octets as the runtime tells them, and for each frame what it keeps besides. */
import { describe, expect, test } from "vitest";
import { CAN_LOOK, FRAME_COST, SocketPeer } from "../../src/cloudflare/socket-peer.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import type { Encoded } from "../../src/serializer/serializer.ts";

/** A socket of the runtime whose client reads as it is told: one frame after the other, each as a whole. */
class Wire {
  readonly #frames: number[] = [];
  /** How often it was asked what waits. */
  asked = 0;
  /** Octets that each character has. */
  readonly #octets: number;
  readonly peer: SocketPeer;

  constructor(octets = 1) {
    this.#octets = octets;
    this.peer = new SocketPeer(this as unknown as WebSocket); // of a WebSocket only send and bufferedAmount are asked for here
  }

  get bufferedAmount(): number {
    this.asked++;
    return this.#frames.reduce((sum, each) => sum + each, 0);
  }

  send(frame: Encoded): void {
    this.#frames.push(frame.length * this.#octets);
  }

  /** The client reads all but the last frames. */
  readsAllBut(count: number): this {
    this.#frames.splice(0, this.#frames.length - count);
    return this;
  }

  sends(count: number, length: number): this {
    for (let n = 0; n < count; n++) this.peer.send("x".repeat(length));
    return this;
  }
}

const cost = (frames: number, length: number): number => frames * (length + FRAME_COST);

test("R10 the runtime of these tests tells what waits, so frames have a cost", () => {
  expect([CAN_LOOK, FRAME_COST]).toEqual([true, 768]);
});

describe("what waits for a client", () => {
  test("R10 that reads nothing is every frame with its cost, known without a look", () => {
    const wire = new Wire().sends(100, 50);
    expect(wire.peer.backlog).toBe(cost(100, 50));
    expect(wire.asked).toBe(0);
    expect(wire.peer.weigh()).toBe(cost(100, 50));
    wire.sends(1_000, 50);
    expect(wire.peer.weigh()).toBe(cost(1_100, 50));
  });

  test("R10 that has read is what it has not: as many frames as have so many octets", () => {
    const wire = new Wire().sends(100, 50);
    expect(wire.readsAllBut(7).peer.weigh()).toBe(cost(7, 50));
    expect(wire.peer.backlog).toBe(cost(7, 50));
    expect(wire.sends(3, 50).peer.backlog).toBe(cost(10, 50));
    expect(wire.readsAllBut(0).peer.weigh()).toBe(0);
    expect(wire.sends(2, 9).peer.weigh()).toBe(cost(2, 9));
  });

  test("R10 is not judged by frames of long ago: few large ones are few", () => {
    const wire = new Wire();
    for (let n = 0; n < 5_000; n++) {
      wire.sends(1, 50).readsAllBut(1);
      void wire.peer.backlog;
    }
    wire.readsAllBut(0).sends(8, 65_536);
    const waits = wire.peer.weigh();
    expect(waits).toBeGreaterThanOrEqual(cost(8, 65_536));
    expect(waits).toBeLessThan(cost(8, 65_536) + 2 * 131_072);
    wire.sends(1, 65_536).readsAllBut(8);
    expect(wire.peer.weigh()).toBeLessThanOrEqual(cost(8, 65_536) + 2 * 131_072);
  });

  test("R10 is never more frames than were sent, however many octets a character has", () => {
    const wire = new Wire(3).sends(40, 50);
    expect(wire.peer.weigh()).toBe(40 * (150 + FRAME_COST));
    expect(wire.readsAllBut(0).peer.weigh()).toBe(0);
  });

  test("R10 is what the runtime says where the object slept and nobody knows the frames", () => {
    const wire = new Wire();
    wire.send("x".repeat(500));
    expect(wire.peer.weigh()).toBe(500);
    expect(wire.sends(1, 50).peer.weigh()).toBe(550 + FRAME_COST);
  });
});

test("R10 a thousand small events in one turn, of which nothing leaves, are no reason to end a session", () => {
  const wire = new Wire().sends(1_000, 280);
  expect(wire.peer.weigh()).toBeLessThanOrEqual(DEFAULT_GATEWAY_SETTINGS.backlog);
});

test("R10 a client that reads is looked at once for 160 small events, and one that does not no more often", () => {
  for (const left of [0, 5, 3_000]) {
    const wire = new Wire();
    for (let n = 0; n < 16_000; n++) {
      void wire.peer.backlog;
      wire.sends(1, 50).readsAllBut(Math.min(n, left));
    }
    expect(wire.asked).toBeGreaterThanOrEqual(98);
    expect(wire.asked).toBeLessThanOrEqual(100);
  }
});

describe("whether a client reads", () => {
  test("R10 is known by what has left since that was asked, whatever was sent meanwhile", () => {
    const wire = new Wire().sends(10, 100);
    expect(wire.peer.moved()).toBe(false);
    wire.sends(5, 1_000);
    expect(wire.peer.moved()).toBe(false);
    wire.readsAllBut(14).sends(20, 10);
    expect(wire.peer.moved()).toBe(true);
    expect(wire.peer.moved()).toBe(false);
  });

  test("R10 is known of one that is always a frame behind, whenever it is asked", () => {
    const wire = new Wire();
    for (const count of [100, 20, 2, 50, 1]) {
      expect(wire.sends(count, 100).readsAllBut(1).peer.moved()).toBe(true);
    }
    expect(wire.peer.moved()).toBe(false);
  });

  test("R10 is not forgotten over looks in between", () => {
    const wire = new Wire().sends(10, 100).readsAllBut(9);
    wire.peer.weigh();
    wire.sends(3, 100).peer.weigh();
    expect(wire.peer.moved()).toBe(true);
    wire.sends(3, 7).peer.weigh();
    expect(wire.peer.moved()).toBe(false);
  });

  test("R10 is out of question where nothing waits", () => {
    const wire = new Wire();
    expect([wire.peer.moved(), wire.peer.moved()]).toEqual([true, true]);
  });
});
