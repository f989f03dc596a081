/**
 * A publisher that takes a thousand messages into one frame, and a hundred subscribers of which each gets a frame for each
 * message: in one turn more than the object may hold, though everybody reads. Over real sockets, for only they fill.
 */
import { expect, test } from "vitest";
import WebSocket from "ws";
import { openRealm } from "../open-realm.ts";
import { routerForThisFile } from "./router.ts";

const SUBSCRIBERS = 100;
const MESSAGES = 1_000;
const FRAMES = 5;
const ROLES = { publisher: {}, subscriber: {} };

const router = routerForThisFile({ realms: [openRealm("realm1")] });

/** Somebody who has joined: what came next, until `until` says that it is enough; or the close code. */
class Party {
  readonly #socket: WebSocket;
  #hear: (text: string) => void = () => {};
  #lost: (why: Error) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (frame: Buffer) => this.#hear(frame.toString()));
    socket.on("close", (code, reason) => this.#lost(new Error(`closed with ${code} ${reason}`)));
  }

  static async join(subprotocol: string): Promise<Party> {
    const socket = new WebSocket(router().url, [subprotocol], { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const party = new Party(socket);
    const welcome = party.hear((text) => text.startsWith("[2,"));
    party.say([1, router().realm, { roles: ROLES }]);
    await welcome;
    return party;
  }

  /** Messages in one frame. */
  say(...messages: readonly (readonly unknown[])[]): void {
    const isBatched = this.#socket.protocol.endsWith("batched");
    this.#socket.send(messages.map((each) => JSON.stringify(each) + (isBatched ? "\u001e" : "")).join(""));
  }

  /** Resolves when a frame came that is the last one. */
  hear(until: (text: string) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#hear = (text) => until(text) && resolve();
      this.#lost = reject;
    });
  }

  close(): void {
    this.#socket.close();
  }
}

test.each(["wamp.2.json", "wamp.2.json.batched"])(
  "R10 a hundred who read over %s lose nothing and none is cut when frames of a thousand messages are published to them",
  async (subprotocol) => {
    const { length: before } = router().log();
    const readers = await Promise.all(
      Array.from({ length: SUBSCRIBERS }, async () => {
        const party = await Party.join(subprotocol);
        const subscribed = party.hear((text) => text.startsWith("[33,"));
        party.say([32, 1, {}, "com.x"]);
        await subscribed;
        return party;
      }),
    );
    const heard = readers.map(async (reader) => {
      const numbers: number[] = [];
      await reader.hear((text) => {
        for (const [, n] of text.matchAll(/\[(\d+)\]\]/g)) numbers.push(Number(n));
        return numbers.length >= FRAMES * MESSAGES;
      });
      return numbers;
    });
    const publisher = await Party.join("wamp.2.json.batched");
    const published: number[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const messages = Array.from({ length: MESSAGES }, (_, at) => frame * MESSAGES + at);
      published.push(...messages);
      publisher.say(...messages.map((n) => [16, n + 1, {}, "com.x", [n]]));
    }
    const lost = publisher.hear((text) => text.startsWith("[6,"));
    const all = await Promise.race([Promise.all(heard), lost]);
    expect(all).toStrictEqual(readers.map(() => published));
    // Who publishes without waiting is served too.
    const alive = publisher.hear((text) => text.startsWith("[17,"));
    publisher.say([16, FRAMES * MESSAGES + 1, { acknowledge: true }, "com.y"]);
    await alive;
    for (const party of [...readers, publisher]) party.close();
    expect(
      router()
        .log()
        .slice(before)
        .filter((line) => line.includes("slow_consumer")),
    ).toStrictEqual([]);
  },
  120_000, // half a million events, however busy the machine is
);
