/** Calls that are canceled, by every library's own way to do so. Of the three only Autobahn|Python can be interrupted. */
import type autobahn from "autobahn";
import { beforeAll, expect, test } from "vitest";
import type { Wampy } from "wampy";
import type { Line } from "../client/autobahn-js.ts";
import { args, fresh, Inbox } from "../client/client.ts";
import type { PythonClient, PythonInvocation } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile();
const cast = castForThisFile(router);
let js: Line;
let wampy: Wampy;
let python: PythonClient;
let callee: PythonClient;
beforeAll(async () => {
  js = await cast.autobahn();
  wampy = await cast.wampy();
  python = await cast.python();
  callee = await cast.python();
});

/** An endpoint in Python that waits until it is interrupted, or told to answer. */
async function waiting(options?: { interrupted: string }) {
  const procedure = fresh("wait");
  const calls = new Inbox<PythonInvocation>();
  const answers = new Inbox<string>();
  const endpoint = async (call: PythonInvocation) => {
    calls.put(call);
    return args(await answers.next());
  };
  await callee.register(procedure, endpoint, options);
  return { procedure, calls, answers };
}

/** The callee still answers: it was not disconnected, nor was the caller. */
async function expectService(): Promise<void> {
  const { procedure, answers } = await waiting();
  answers.put("served");
  expect(await js.session.call(procedure)).toBe("served");
}

test("CAN-05 autobahn-js cancels with mode kill and gets the error of the interrupted Python callee", async () => {
  const { procedure, calls } = await waiting({ interrupted: "com.example.error.stopped" });
  const call = js.session.call(procedure, ["work"]);
  const { interrupted } = await calls.next();
  call.cancel({ mode: "kill" });
  await interrupted;
  const failure: Partial<InstanceType<typeof autobahn.Error>> = {
    error: "com.example.error.stopped",
    args: ["work"],
  };
  await expect(call).rejects.toMatchObject(failure);
  await expectService();
});

test("TMO-11 a call that autobahn-js canceled with mode kill ends by its timeout where the Python endpoint never answers", async () => {
  const { procedure, calls } = await waiting();
  const call = js.session.call(procedure, [], {}, { timeout: 300 });
  const { interrupted } = await calls.next();
  call.cancel({ mode: "kill" });
  await interrupted;
  await expect(call).rejects.toMatchObject({ error: "wamp.error.timeout" });
  await expectService();
});

test("CAN-09 mode kill is mode skip where the callee, autobahn-js, cannot be interrupted", async () => {
  const { session } = await cast.autobahn();
  const procedure = fresh("wait");
  const called = new Inbox<void>();
  const answer = new Inbox<string>();
  await session.register(procedure, () => {
    called.put();
    return answer.next();
  });
  const call = js.session.call(procedure);
  await called.next();
  call.cancel({ mode: "kill" });
  await expect(call).rejects.toMatchObject({ error: "wamp.error.canceled" });
  answer.put("too late");
  answer.put("in time");
  expect(await js.session.call(procedure)).toBe("in time");
});

test("CAN-11 a Python caller cancels its future: the Python callee is interrupted, and both work on", async () => {
  const { procedure, calls } = await waiting();
  const { result, cancel } = python.begin(procedure, args());
  const { interrupted } = await calls.next();
  await cancel();
  await expect(result).rejects.toMatchObject({ payload: { args: ["CancelledError()"] } });
  await interrupted;
  // It takes the ERROR that its CANCEL brought, or it would have left by now.
  await expect(python.call(fresh("nobody"), args())).rejects.toMatchObject({
    uri: "wamp.error.no_such_procedure",
  });
  await expectService();
});

test("CAN-11 wampy cancels without a mode: it gets wamp.error.canceled, and the Python callee is interrupted", async () => {
  const { procedure, calls } = await waiting();
  const call = wampy.call(procedure);
  const { reqId } = wampy.getOpStatus();
  const { interrupted } = await calls.next();
  expect(wampy.cancel(reqId)).toBe(true);
  await expect(call).rejects.toMatchObject({ errorUri: "wamp.error.canceled" });
  await interrupted;
  await expectService();
});

test("CAN-03 wampy cancels with mode skip: it gets wamp.error.canceled, and the callee works on for nobody", async () => {
  const { procedure, calls, answers } = await waiting();
  const call = wampy.call(procedure);
  const { reqId } = wampy.getOpStatus();
  await calls.next();
  wampy.cancel(reqId, { mode: "skip" });
  await expect(call).rejects.toMatchObject({ errorUri: "wamp.error.canceled" });
  answers.put("too late");
  answers.put("in time");
  expect((await wampy.call(procedure)).argsList).toEqual(["in time"]);
});

test("CAN-13 autobahn-js drops its own connection over the ERROR of a mode that is not kill; nobody else notices", async () => {
  const { session, closed } = await cast.autobahn();
  const { procedure, calls } = await waiting();
  const call = session.call(procedure);
  const { interrupted } = await calls.next();
  call.cancel({ mode: "killnowait" });
  await expect(call).rejects.toMatchObject({ error: "Cancelled" });
  await interrupted;
  await closed;
  await expectService();
});

test("LVE-04 a caller that leaves interrupts the Python callee that works for it", async () => {
  const { session, connection, closed } = await cast.autobahn();
  const { procedure, calls } = await waiting();
  session.call(procedure).then(null, () => {}); // the library never tells how it ends
  const { interrupted } = await calls.next();
  connection.close();
  await interrupted;
  await closed;
  await expectService();
});
