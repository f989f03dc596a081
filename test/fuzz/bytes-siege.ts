/**
 * A realm that strangers and members throw frames at, with two bystanders who must not notice. Nobody is thrown at more
 * than a while, so that what is held stays bounded and every end of a session happens often.
 */
import { expect } from "vitest";
import { type Encoded, SUBPROTOCOLS, type Subprotocol } from "../../src/serializer/serializer.ts";
import type { Client } from "../gateway/client.ts";
import { WireRoom } from "../gateway/wire.ts";
import type { Dice } from "./permission-cases.ts";

/** Frames that one connection takes before it goes. */
const LIFE = 40;
/** Frames between two looks at the bystanders. */
const WATCH = 200;

interface Target {
  readonly client: Client;
  frames: number;
}

export class Siege {
  readonly room = new WireRoom();
  readonly #canary: Client;
  readonly #listener: Client;
  /** Subprotocol and phase to whoever is thrown at. */
  readonly #targets = new Map<string, Target>();
  #thrown = 0;
  /** Connections that were ended for what they sent. */
  ended = 0;

  constructor() {
    this.#canary = this.room.join("wamp.2.json");
    this.#listener = this.room.join("wamp.2.cbor.batched").say(32, 1, {}, "com.canary");
    this.#listener.heard();
  }

  /** Throws a frame at somebody who has joined, or has not. */
  throwOne(dice: Dice, frame: (subprotocol: Subprotocol, frames: number) => Encoded): void {
    const subprotocol = dice.one(SUBPROTOCOLS);
    const joined = dice.chance(50);
    const key = `${subprotocol} ${joined}`;
    let target = this.#targets.get(key);
    if (!target) {
      target = { client: joined ? this.room.join(subprotocol) : this.room.open(subprotocol), frames: 0 };
      this.#targets.set(key, target);
    }
    target.client.sayFrame(frame(subprotocol, ++target.frames));
    target.client.peer.frames.length = 0;
    if (target.client.peer.closed) this.ended++;
    if (target.client.peer.closed || target.frames >= LIFE) this.#drop(key, target);
    if (++this.#thrown % WATCH === 0) this.watch();
  }

  /** Both bystanders are served, nothing went wrong inside, and nobody is there who should not be. */
  watch(): void {
    const { room } = this;
    room.pass(1);
    this.#canary.heard();
    this.#canary.say(16, this.#thrown, {}, "com.canary", [this.#thrown]);
    const events = this.#listener.heard() as [number, number, number, object, unknown[]][];
    expect(events.filter(([, , , , args]) => args?.[0] === this.#thrown)).toHaveLength(1);
    expect(room.log.filter(({ event }) => event === "fault")).toEqual([]);
    room.log.length = 0;
    room.clients.length = 0;
    // A stranger may have said HELLO: then it is a member.
    expect(room.gateway.sessions().length).toBeLessThanOrEqual(2 + this.#targets.size);
    expect(room.store.subscriptions().length).toBeLessThanOrEqual(1 + this.#targets.size * LIFE * 3);
    expect(room.store.registrations().length).toBeLessThanOrEqual(this.#targets.size * LIFE * 3);
  }

  /** Everybody leaves, and nothing is left of anybody. */
  lift(): void {
    for (const [key, target] of this.#targets) this.#drop(key, target);
    this.watch();
    this.#canary.vanish();
    this.#listener.vanish();
    const { store } = this.room;
    const rows = [
      store.sessions(),
      store.subscriptions(),
      store.subscribers(),
      store.registrations(),
      store.callees(),
      store.invocations(),
    ];
    expect(rows.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(store.keptCounts().testaments).toBe(0);
    expect(this.room.gateway.sessions()).toEqual([]);
  }

  #drop(key: string, { client }: Target): void {
    this.#targets.delete(key);
    client.vanish();
  }
}
