/** The subscribers of one topic against a map, few and many, as they come and go. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Session } from "../../src/router/session.ts";
import { Subscribers } from "../../src/router/subscribers.ts";

function session(id: number): Session {
  const identity = { authid: `a${id}`, authrole: "r", authmethod: "anonymous", authprovider: "static" };
  return new Session({ session: id, ...identity, roles: {} });
}
const SESSIONS = Array.from({ length: 30 }, (_, at) => session(at + 1));

const step = fc.record({ at: fc.nat(SESSIONS.length - 1), goes: fc.boolean() });
// Mostly coming first and going then, so that there are many for a while.
const steps = fc
  .tuple(
    fc.array(step, { maxLength: 60, size: "max" }),
    fc.shuffledSubarray(SESSIONS),
    fc.shuffledSubarray(SESSIONS),
  )
  .map(([mixed, come, go]) => [
    ...come.map((each) => ({ each, goes: false })),
    ...mixed.map(({ at, goes }) => ({ each: SESSIONS[at] ?? session(0), goes })),
    ...go.map((each) => ({ each, goes: true })),
  ]);

test("BRK-18 who subscribed is known in the order in which they came, whoever came and went", () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const subscribers = new Subscribers();
      const expected = new Map<number, Session>();
      for (const { each, goes } of taken) {
        const before = subscribers.ids;
        const kept = [...before];
        if (goes) expect(subscribers.delete(each.id)).toBe(expected.delete(each.id));
        else {
          subscribers.add(each);
          expected.set(each.id, each);
        }
        expect(subscribers.ids).toStrictEqual([...expected.keys()]);
        expect([...subscribers.values()]).toStrictEqual([...expected.values()]);
        expect(subscribers.size).toBe(expected.size);
        expect(subscribers.has(each.id)).toBe(!goes);
        expect(subscribers.get(each.id)).toBe(goes ? undefined : each);
        // A delivery that was made before has its receivers still.
        expect(before).toStrictEqual(kept);
      }
    }),
    { numRuns: 300, seed: 18 },
  );
});
