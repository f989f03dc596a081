/** Many clients that stop reading, a few that read on: what waits for the first leaves the others the room that they need. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import type { Client, Wire } from "./client.ts";
import { SUBPROTOCOLS, WireRoom } from "./wire.ts";

const LARGE = "x".repeat(65_536);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
const isHere = ({ connection }: Client): boolean => connection.state.phase === "joined";
const waiting = (room: WireRoom): number => room.clients.reduce((sum, { peer }) => sum + peer.backlog, 0);

/** Clients that hear of everything, of whose frames so many are always under way. */
function subscribe(room: WireRoom, count: number, lag: number): Client[] {
  return upTo(count).map((n) => {
    const client = room.join(SUBPROTOCOLS[n % SUBPROTOCOLS.length]).say(32, 1, {}, "com.x");
    client.heard();
    client.peer.lag = lag;
    return client;
  });
}

test.each(
  [0, 1, 5, 9, 40, 100, 400].flatMap((spread) => [1, 3].map((lag): [number, number] => [spread, lag])),
)(
  "R10 of 100 that stop reading within %i events of 64 KiB none takes the room of those that are %i behind",
  (spread, lag) => {
    const room = new WireRoom();
    const readers = subscribe(room, 5, lag);
    const slow = subscribe(room, 100, 0);
    const alice = room.join();
    const heard = readers.map((): unknown[] => []);
    let most = 0;
    const turns = 10 + spread + 60;
    for (const n of upTo(turns)) {
      for (const [index, { peer }] of slow.entries())
        if (n >= 10 + (index * spread) / 100) peer.reads = false;
      alice.say(16, n + 1, {}, "com.x", [n, LARGE]);
      most = Math.max(most, waiting(room));
      for (const [index, reader] of readers.entries())
        heard[index]?.push(...reader.heard().map((event) => ((event as Wire)[4] as Wire)[0]));
      for (const { peer } of slow) peer.frames.length = 0;
    }
    expect(heard).toEqual(readers.map(() => upTo(turns)));
    expect(readers.every(isHere)).toBe(true);
    expect(slow.some(isHere)).toBe(false);
    expect(room.log).toHaveLength(100);
    // Each that stopped holds something, and of what those who read may have much is left.
    expect(most).toBeGreaterThan(DEFAULT_GATEWAY_SETTINGS.totalBacklog / 2);
    expect(most).toBeLessThan(DEFAULT_GATEWAY_SETTINGS.totalBacklog * (15 / 16));
  },
);

const TOTAL = 320_000;
/** Before the first client stops all have read something. */
const BEFORE = 5;

const mix = fc.record({
  readers: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 }),
  /** When each of the others stops, in turns. */
  stops: fc.array(fc.nat({ max: 60 }), { maxLength: 60 }),
  /** How many octets each turn publishes, more or less. */
  sizes: fc.array(fc.nat({ max: 640 }), { minLength: 100, maxLength: 200 }),
});

test("R10 whoever stops reading when: all together hold no more than the total, and nobody who reads is ended", () => {
  fc.assert(
    fc.property(mix, ({ readers: lags, stops, sizes }) => {
      const room = new WireRoom({ settings: { backlog: 10_000, totalBacklog: TOTAL } });
      const readers = lags.flatMap((lag) => subscribe(room, 1, lag));
      const slow = subscribe(room, stops.length, 0);
      const alice = room.join();
      let [said, most] = [0, 0];
      for (const [n, size] of sizes.entries()) {
        for (const [index, stop] of stops.entries()) {
          if (n === stop + BEFORE) Object.assign(slow[index]?.peer ?? {}, { reads: false });
        }
        alice.say(16, n + 1, {}, "com.x", [n, "x".repeat(size)]);
        said = slow.filter((each) => each.peer.closed).length;
        most = Math.max(most, waiting(room) - 180 * said); // words of parting are not held against anybody
      }
      expect(most).toBeLessThanOrEqual(TOTAL);
      expect(readers.every(isHere)).toBe(true);
      for (const reader of readers) expect(reader.heard()).toHaveLength(sizes.length);
    }),
    { numRuns: 100 },
  );
});
