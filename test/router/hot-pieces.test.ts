/** The small pieces that publications and calls read instead of subscriptions and registrations: never anything old. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Registration } from "../../src/router/registration.ts";
import { Session } from "../../src/router/session.ts";
import { Subscription } from "../../src/router/subscription.ts";

const name = { authid: "a", authrole: "r", authmethod: "m", authprovider: "p", roles: {} };
const session = (id: number): Session => new Session({ session: id, ...name });
const row = { id: 1, uri: "com.x", created: 0 } as const;
const match = fc.constantFrom("exact", "prefix" as const);

const ACTS = [
  "add",
  "add",
  "remove",
  "forget",
  "recall",
  "except",
  "unexcept",
  "keep",
  "drop",
  "know",
] as const;
const step = fc.record({ act: fc.constantFrom(...ACTS), who: fc.nat(12), reads: fc.boolean() });

test("BRK-18 what a publication reads of a subscription is as the subscription is, through every change", () => {
  fc.assert(
    fc.property(match, fc.array(step, { maxLength: 60, size: "max" }), (match, steps) => {
      const subscription = new Subscription({ ...row, match });
      const sessions = Array.from({ length: 13 }, (_, at) => session(at + 1));
      const changes: Record<(typeof ACTS)[number], (who: Session) => void> = {
        add: (who) => subscription.subscribers.has(who.id) || subscription.add(who),
        remove: (who) => subscription.remove(who),
        forget: (who) => subscription.forget(who),
        recall: (who) => subscription.recall(who),
        except: ({ id }) => subscription.except(id, "deliver"),
        unexcept: ({ id }) => subscription.unexcept(id),
        keep: () => {
          subscription.kept = true;
        },
        drop: () => {
          subscription.kept = false;
        },
        know: () => {
          subscription.exceptionsKnown = true;
        },
      };
      for (const { act, who, reads } of steps) {
        const one = sessions[who];
        if (!one) throw new Error("nobody there");
        changes[act](one);
        if (!reads) continue;
        const { id, isExact, isPlain, ids } = subscription.receivers.current;
        const { subscriberIds, exceptions, exceptionsKnown, kept } = subscription;
        expect({ id, isExact, isPlain, ids }).toStrictEqual({
          id: 1,
          isExact: match === "exact",
          isPlain: exceptionsKnown && exceptions.size === 0 && !kept,
          ids: subscriberIds,
        });
        const others = subscriberIds.filter((each) => each !== one.id);
        expect(subscription.receivers.idsFor(one, {})).toStrictEqual(others);
        expect(subscription.receivers.idsFor(one, { exclude_me: false })).toStrictEqual(subscriberIds);
      }
    }),
    { numRuns: 500, seed: 18 },
  );
});

test("S14 a subscription that everybody has left keeps no list of them, whoever keeps what was read of it", () => {
  const subscription = new Subscription({ ...row, match: "exact" });
  const sessions = Array.from({ length: 100 }, (_, at) => session(at + 1));
  for (const one of sessions) subscription.add(one);
  const { receivers } = subscription;
  const before = receivers.current.ids;
  for (const one of sessions) subscription.remove(one);
  expect([before.length, receivers.ids]).toStrictEqual([100, []]); // and it was not asked again
});

test("SHR-01 what a call reads of a registration is as the registration is, through every change", () => {
  const change = fc.record({ joins: fc.boolean(), who: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30, size: "max" }), (changes) => {
      const registration = new Registration({ ...row, match: "exact", invoke: "first", turn: 0 });
      const sessions = Array.from({ length: 4 }, (_, at) => session(at + 1));
      for (const { joins, who } of changes) {
        const one = sessions[who];
        if (!one) throw new Error("nobody there");
        if (!joins) registration.remove(one);
        else if (!registration.has(one)) {
          registration.add({ session: one, forwardTimeout: who === 1, discloseCaller: who === 2 });
        }
        const { callees } = registration;
        expect(registration.serving.only).toStrictEqual(callees.length === 1 ? callees[0] : undefined);
        expect([registration.serving.id, registration.serving.match]).toStrictEqual([1, "exact"]);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("SES-14 who somebody announced to be goes with who it is", () => {
  const one = new Session({ session: 1, ...name, roles: { callee: ["call_timeout"] } });
  const other = new Session({ session: 2, ...name, roles: { callee: ["call_reroute"] } });
  const told = () => [one, other].map((each) => each.announced("callee", "call_timeout"));
  expect(told()).toStrictEqual([true, false]);
  one.identity = { ...other.identity, session: 1 };
  other.identity = { ...other.identity, roles: { callee: ["call_timeout"] } };
  expect(told()).toStrictEqual([false, true]);
});
