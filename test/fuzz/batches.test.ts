/** Clients that say anything, over every wire: a batch equals its messages, and sleep changes nothing that anybody hears. */
import { expect, test } from "vitest";
import type { Wire } from "../gateway/client.ts";
import { heardOver, scriptOf, type Way } from "./talk.ts";

const SEEDS = 30;
const ACTS = 60;
const PLAIN: Way = { subprotocol: "wamp.2.json", batches: false, sleeps: false };
const WAYS: readonly Way[] = [
  { subprotocol: "wamp.2.json.batched", batches: true, sleeps: false },
  { subprotocol: "wamp.2.msgpack.batched", batches: true, sleeps: true },
  { subprotocol: "wamp.2.cbor", batches: false, sleeps: true },
];
const scripts = Array.from({ length: SEEDS }, (_, seed) => scriptOf(1 + seed, ACTS));

test.each(WAYS)(
  "ORD-24 what is said over $subprotocol, in batches: $batches, asleep in between: $sleeps, is answered as over plain JSON",
  (way) => {
    for (const [seed, script] of scripts.entries()) {
      expect(heardOver(way, script), `seed ${1 + seed}`).toEqual(heardOver(PLAIN, script));
    }
  },
);

test("DLR-16 SES-51 no call ends twice and nothing follows GOODBYE, whatever anybody says", () => {
  let [ends, goodbyes] = [0, 0];
  for (const script of scripts) {
    for (const heard of heardOver(PLAIN, script)) {
      const ended = new Set<unknown>();
      let said: unknown;
      for (const message of heard as (Wire | "anew")[]) {
        if (message === "anew" || message[0] === 2) {
          ended.clear();
          said = undefined;
          continue;
        }
        const [code, one, other] = message;
        // What comes after GOODBYE is no HELLO, and ends the connection.
        if (said === 6) expect(code, JSON.stringify(message)).toBe(3);
        said = code;
        if (code === 6) goodbyes++;
        const isEnd =
          code === 50 ? (other as { progress?: true }).progress !== true : code === 8 && one === 48;
        if (!isEnd) continue;
        const request = code === 50 ? one : other;
        expect(ended.has(request), JSON.stringify(message)).toBe(false);
        ended.add(request);
        ends++;
      }
    }
  }
  // There was something to look at.
  expect(ends).toBeGreaterThan(500);
  expect(goodbyes).toBeGreaterThan(5);
});
