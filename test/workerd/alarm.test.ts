/** The alarm may ring late: nothing is lost by then. No test here moves the clock, which a timer of the runtime does not know. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Client } from "./client.ts";
import { freshRealm, rowCounts, stub } from "./object.ts";

/** The platform would let the alarm ring whenever it likes; here it never does. */
async function silence(realm: string): Promise<void> {
  await runInDurableObject(stub(realm), async (_object, { storage }) => {
    await storage.deleteAlarm();
  });
}

async function served(realm: string): Promise<{ caller: Client; callee: Client }> {
  const [caller, callee] = [await Client.join(realm), await Client.join(realm)];
  callee.send(64, 1, {}, "com.p");
  expect((await callee.next())[0]).toBe(65);
  return { caller, callee };
}

test("RULE-16 a call outlives sleep though the alarm never rang", async () => {
  const realm = freshRealm();
  const { caller, callee } = await served(realm);
  caller.send(48, 1, {}, "com.p", ["long"]);
  expect(await callee.next()).toEqual([68, 1, 1, {}, ["long"]]);
  await silence(realm);
  await evictDurableObject(stub(realm)); // as the platform does, it waits until nothing is under way in the object
  expect(await rowCounts(realm)).toMatchObject({ invocation: 1 });
  callee.send(70, 1, {}, ["done"]);
  expect(await caller.next()).toEqual([50, 1, {}, ["done"]]);
  caller.send(48, 2, {}, "com.p");
  expect(await callee.next()).toEqual([68, 2, 1, {}]);
}, 30_000);

test("RULE-16 a call that came while the first waited to be parked is parked too", async () => {
  const realm = freshRealm();
  const { caller, callee } = await served(realm);
  caller.send(48, 1, {}, "com.p", [1]);
  await callee.next();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  caller.send(48, 2, {}, "com.p", [2]);
  await callee.next();
  await silence(realm);
  await evictDurableObject(stub(realm));
  callee.send(70, 2, {}, ["second"]);
  callee.send(70, 1, {}, ["first"]);
  expect(await caller.next()).toEqual([50, 2, {}, ["second"]]);
  expect(await caller.next()).toEqual([50, 1, {}, ["first"]]);
}, 30_000);

test("RULE-16 invocation ids go on though every call had ended and the alarm never rang", async () => {
  const realm = freshRealm();
  const { caller, callee } = await served(realm);
  caller.send(48, 1, {}, "com.p");
  await callee.next();
  callee.send(70, 1, {});
  await caller.next();
  await silence(realm);
  await evictDurableObject(stub(realm));
  callee.send(70, 1, {}, ["once more"]); // as wampy 7 does: discarded, not a violation
  caller.send(48, 2, {}, "com.p");
  expect(await callee.next()).toEqual([68, 2, 1, {}]);
}, 30_000);

test("RULE-16 nothing keeps a realm awake whose rows say it all, nor one that was only asked about itself", async () => {
  const realm = freshRealm();
  const { caller } = await served(realm);
  caller.send(32, 1, {}, "com.x");
  await caller.next();
  caller.send(16, 2, { acknowledge: true }, "com.x");
  await caller.next();
  caller.send(48, 3, {}, "wamp.session.count");
  await caller.next();
  const waited = Symbol("waited");
  const second = new Promise((resolve) => setTimeout(() => resolve(waited), 3_000));
  expect(await Promise.race([evictDurableObject(stub(realm)).then(() => "asleep"), second])).toBe("asleep");
});
