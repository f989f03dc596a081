/** Calls whose time is up: the real alarm of the object rings, awake or asleep. */
import { expect, test } from "vitest";
import { args, fresh, Inbox } from "../client/client.ts";
import type { PythonInvocation } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile();
const cast = castForThisFile(router);

function never(): Promise<never> {
  return new Promise(() => {});
}

/** An endpoint of autobahn-js that answers when it is told to. */
async function slow() {
  const { session } = await cast.autobahn();
  const procedure = fresh("slow");
  const answers = new Inbox<string>();
  await session.register(procedure, () => answers.next());
  return { procedure, answers };
}

test("TMO-03 wampy's call ends with wamp.error.timeout when its time is up", async () => {
  const wampy = await cast.wampy();
  const { procedure } = await slow();
  const began = Date.now();
  await expect(wampy.call(procedure, null, { timeout: 250 })).rejects.toMatchObject({
    errorUri: "wamp.error.timeout",
  });
  expect(Date.now() - began).toBeGreaterThanOrEqual(249);
});

test("TMO-03 a Python client's call ends so too", async () => {
  const python = await cast.python();
  const { procedure } = await slow();
  await expect(python.call(procedure, args(), { timeout: 50 })).rejects.toMatchObject({
    uri: "wamp.error.timeout",
  });
});

test("TMO-05 an answer that comes too late is nobody's", async () => {
  const wampy = await cast.wampy();
  const { procedure, answers } = await slow();
  await expect(wampy.call(procedure, null, { timeout: 50 })).rejects.toMatchObject({
    errorUri: "wamp.error.timeout",
  });
  answers.put("too late");
  answers.put("in time");
  expect((await wampy.call(procedure, null, { timeout: 5_000 })).argsList).toEqual(["in time"]);
});

test("TMO-04 a Python callee is interrupted when the time of autobahn-js is up", async () => {
  const { session } = await cast.autobahn();
  const python = await cast.python();
  const procedure = fresh("slow");
  const calls = new Inbox<PythonInvocation>();
  await python.register(procedure, (call) => {
    calls.put(call);
    return never();
  });
  const call = session.call(procedure, [], {}, { timeout: 100 });
  const { interrupted } = await calls.next();
  await expect(call).rejects.toMatchObject({ error: "wamp.error.timeout" });
  await interrupted;
  await python.register(fresh("alive"), () => args());
});

test("TMO-03 a call ends in time though the realm fell asleep meanwhile, and its callee is interrupted", async () => {
  const wampy = await cast.wampy();
  const python = await cast.python();
  const procedure = fresh("asleep");
  const calls = new Inbox<PythonInvocation>();
  await python.register(procedure, (call) => {
    calls.put(call);
    return never();
  });
  const began = Date.now();
  const long = wampy.call(procedure, ["long"], { timeout: 6_200 });
  const short = wampy.call(procedure, ["short"], { timeout: 5_100 });
  const { interrupted } = await calls.next();
  long.catch(() => {}); // it is awaited below
  // After five quiet seconds the realm wrote its calls down: when the shorter one ends it may sleep.
  await expect(short).rejects.toMatchObject({ errorUri: "wamp.error.timeout" });
  await router().evict("hibernate");
  await expect(long).rejects.toMatchObject({ errorUri: "wamp.error.timeout" });
  expect(Date.now() - began).toBeGreaterThanOrEqual(6_199);
  await interrupted;
});
