/** Progressive call results between stock clients, whoever calls and whoever answers. */
import { beforeAll, describe, expect, test } from "vitest";
import { args, CallFailure, fresh, Inbox, payloadOf } from "../client/client.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";
import { autobahnParty, type Party, pythonParty, wampyParty } from "./progress-parties.ts";

const router = routerForThisFile({
  realms: [
    { name: "realm1", anonymous: "local" },
    { name: "strict", anonymous: "local", progressiveResults: "strict" },
  ],
});
const cast = castForThisFile(router);

const NAMES = ["autobahn-js", "wampy 8", "autobahn-python"] as const;
/** Name to who calls, and to who answers. */
const callers = new Map<string, Party>();
const callees = new Map<string, Party>();

beforeAll(async () => {
  for (const parties of [callers, callees]) {
    for (const party of [
      autobahnParty(await cast.autobahn()),
      wampyParty(await cast.wampy()),
      pythonParty(await cast.python()),
    ]) {
      parties.set(party.name, party);
    }
  }
});

function party(parties: Map<string, Party>, name: string): Party {
  const found = parties.get(name);
  if (!found) throw new Error(`${name} is not connected`);
  return found;
}

const pairs = NAMES.flatMap((caller) => NAMES.map((callee) => ({ caller, callee })));

describe.for(pairs)("from $callee to $caller", ({ caller, callee }) => {
  test("PCR-04 progressive results arrive in order while the call is under way", async () => {
    const procedure = fresh("count");
    const seen = new Inbox<void>();
    await party(callees, callee).register(procedure, async (progress) => {
      for (const number of [1, 2, 3]) {
        await progress(number);
        await seen.next();
      }
      return "done";
    });
    const { progress, result } = party(callers, caller).call(procedure);
    for (const number of [1, 2, 3]) {
      expect(await progress.next()).toBe(number);
      seen.put();
    }
    expect(await result).toBe("done");
    expect(progress.left).toBe(0);
  });

  test("PCR-05 an error ends the call after progressive results", async () => {
    const procedure = fresh("fail");
    await party(callees, callee).register(procedure, async (progress) => {
      await progress("half");
      throw new CallFailure("com.example.error.stuck", payloadOf(["half"], {}));
    });
    const { progress, result } = party(callers, caller).call(procedure);
    await expect(result).rejects.toMatchObject({
      uri: "com.example.error.stuck",
      payload: { args: ["half"] },
    });
    expect(await progress.next()).toBe("half");
  });
});

test.for(NAMES)("PCR-07 a callee that answers %s once need not know of progress", async (caller) => {
  const procedure = fresh("once");
  await party(callees, "autobahn-python").register(procedure, () => "at once");
  const { progress, result } = party(callers, caller).call(procedure);
  expect(await result).toBe("at once");
  expect(progress.left).toBe(0);
});

test("PCR-08 progress that nobody asked for is discarded, and wampy's caller still waits for the result", async () => {
  const procedure = fresh("unasked");
  await party(callees, "wampy 8").register(procedure, (progress) => {
    progress("unasked");
    return "the result";
  });
  const wampy = await cast.wampy();
  expect((await wampy.call(procedure)).argsList).toEqual(["the result"]);
});

test.for(NAMES)("PCR-12 %s gets an error when the callee dies between two results", async (caller) => {
  const procedure = fresh("dying");
  const callee = await cast.python();
  await callee.register(procedure, async ({ progress }) => {
    await progress(args("last words"));
    return new Promise(() => {});
  });
  const { progress, result } = party(callers, caller).call(procedure);
  const failure = expect(result).rejects.toMatchObject({ uri: "wamp.error.canceled" }); // it may come before the process is reaped
  expect(await progress.next()).toBe("last words");
  await callee.kill();
  await failure;
});

test("PCI-03 wampy's progressiveCall, which its HELLO does not announce, ends its session", async () => {
  const procedure = fresh("chunks");
  await party(callees, "autobahn-python").register(procedure, () => "never");
  const faults = new Inbox<Error>();
  const wampy = await cast.wampy({ onError: (fault) => faults.put(fault) });
  const { result } = wampy.progressiveCall(procedure, ["first chunk"]);
  await expect(result).rejects.toMatchObject({ error: "Connection closed" });
  expect(await faults.next()).toMatchObject({ errorUri: "wamp.error.protocol_violation" });
});

describe("who is asked for progressive results", () => {
  async function asked(
    address = cast.elsewhere("realm1"),
  ): Promise<Record<"autobahn-js" | "autobahn-python", boolean>> {
    const procedures = { js: fresh("asked"), python: fresh("asked") };
    const { session } = await cast.autobahn(address);
    const python = await cast.python(address);
    await session.register(procedures.js, (_args, _kwargs, { progress }) => progress !== null);
    await python.register(procedures.python, ({ details }) => args(details.wants_progress));
    const options = { receive_progress: true };
    return {
      "autobahn-js": (await session.call(procedures.js, [], {}, options)) === true,
      "autobahn-python": (await session.call(procedures.python, [], {}, options)) === true,
    };
  }

  test("PCR-02 autobahn-js is, although it cannot be canceled, where the realm is set to compat", async () => {
    expect(await asked()).toEqual({ "autobahn-js": true, "autobahn-python": true });
  });

  test("PCR-02 autobahn-js is not where the realm is set to strict; Python, which can be canceled, is", async () => {
    expect(await asked(cast.elsewhere("strict"))).toEqual({ "autobahn-js": false, "autobahn-python": true });
  });
});
