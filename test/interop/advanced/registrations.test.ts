/** Shared and pattern-based registrations: several stock callees stand ready, and each call goes to the one that the rules say. */
import type { Registration } from "autobahn";
import { beforeAll, describe, expect, test } from "vitest";
import type { Wampy } from "wampy";
import type { Line } from "../client/autobahn-js.ts";
import { args, fresh, kwargs } from "../client/client.ts";
import type { PythonClient } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile();
const cast = castForThisFile(router);
let five: readonly Line[];
let js: Line;
let wampy: Wampy;
let python: PythonClient;
beforeAll(async () => {
  five = await Promise.all(Array.from({ length: 5 }, () => cast.autobahn()));
  js = await cast.autobahn();
  wampy = await cast.wampy();
  python = await cast.python();
});

describe("five autobahn-js callees and a Python caller", () => {
  /** Registers the procedure at each callee, in order; each answers with its number. */
  async function share(procedure: string, invoke: string, callees = five): Promise<Registration[]> {
    const registrations: Registration[] = [];
    for (const [number, { session }] of callees.entries()) {
      registrations.push(await session.register(procedure, () => number, { invoke }));
    }
    return registrations;
  }

  async function called(procedure: string, times: number): Promise<unknown[]> {
    const results = Array.from({ length: times }, () => python.call(procedure, args()));
    return (await Promise.all(results)).map(({ args: [number] }) => number);
  }

  test("SHR-04 all have the same registration", async () => {
    const ids = (await share(fresh("shared"), "roundrobin")).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  test("SHR-05 roundrobin gives each its turn in the order of registration, and one that comes later joins at the end", async () => {
    const procedure = fresh("turns");
    await share(procedure, "roundrobin");
    expect(await called(procedure, 12)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
    await js.session.register(procedure, () => 5, { invoke: "roundrobin" });
    expect(await called(procedure, 6)).toEqual([2, 3, 4, 5, 0, 1]);
  });

  test("SHR-07 random gives every one its share", async () => {
    const procedure = fresh("random");
    await share(procedure, "random");
    // Half at a time: a caller may have 256 calls under way.
    const answers = [...(await called(procedure, 250)), ...(await called(procedure, 250))];
    // With 500 calls a fair share is 100, give or take 9: six times that would be seen once in 10^8 runs.
    for (const number of five.keys()) {
      const share = answers.filter((answer) => answer === number).length;
      expect(share).toBeGreaterThan(46);
      expect(share).toBeLessThan(154);
    }
  });

  test("SHR-08 first is the earliest that is left", async () => {
    const procedure = fresh("first");
    const [first, second] = await share(procedure, "first");
    expect(await called(procedure, 3)).toEqual([0, 0, 0]);
    await first?.unregister();
    await second?.unregister();
    expect(await called(procedure, 3)).toEqual([2, 2, 2]);
  });

  test("SHR-08 last is the most recent that is left, also after one's connection closed", async () => {
    const procedure = fresh("last");
    const leaver = await cast.autobahn();
    await share(procedure, "last", [...five, leaver]);
    expect(await called(procedure, 3)).toEqual([5, 5, 5]);
    leaver.connection.close();
    await leaver.closed;
    expect(await called(procedure, 3)).toEqual([4, 4, 4]);
  });

  test("SHR-03 wampy may not join with another policy", async () => {
    const procedure = fresh("policy");
    await share(procedure, "roundrobin");
    await expect(wampy.register(procedure, () => {}, { invoke: "random" })).rejects.toMatchObject({
      errorUri: "wamp.error.procedure_already_exists",
    });
  });

  test("SHR-10 a prefix is shared as well", async () => {
    const procedure = fresh("prefix");
    for (const [number, { session }] of five.entries()) {
      await session.register(procedure, () => number, { invoke: "roundrobin", match: "prefix" });
    }
    expect(await called(`${procedure}.any.thing`, 6)).toEqual([0, 1, 2, 3, 4, 0]);
  });
});

describe("patterns", () => {
  test("PBR-09 the calls of the specification's example reach the registrations that it says, whoever calls", async () => {
    const procedures = {
      R1: ["a1.b2.c3.d4.e55", "exact"],
      R2: ["a1.b2.c3", "prefix"],
      R3: ["a1.b2.c3.d4", "prefix"],
      R4: ["a1.b2..d4.e5", "wildcard"],
      R5: ["a1.b2.c33..e5", "wildcard"],
      R6: ["a1.b2..d4.e5..g7", "wildcard"],
      R7: ["a1.b2..d4..f6.g7", "wildcard"],
    } as const;
    for (const [index, [name, [uri, match]]] of Object.entries(procedures).entries()) {
      // Each library takes its turn as callee; all answer with their name and the procedure as they are told it.
      if (index % 3 === 0) {
        await js.session.register(uri, (_args, _kwargs, { procedure }) => `${name} ${procedure}`, { match });
      } else if (index % 3 === 1) {
        await python.register(uri, ({ details }) => args(`${name} ${details.procedure}`), { match });
      } else {
        await wampy.register(uri, ({ details }) => ({ argsList: [`${name} ${details.procedure}`] }), {
          match,
        });
      }
    }
    const calls = {
      "a1.b2.c3.d4.e55": "R1",
      "a1.b2.c3.d98.e74": "R2",
      "a1.b2.c3.d4.e325": "R3",
      "a1.b2.c55.d4.e5": "R4",
      "a1.b2.c33.d4.e5": "R2", // PBR-14: R2 is a prefix of it
      "a1.b2.c88.d4.e5.f6.g7": "R6",
    };
    for (const [procedure, name] of Object.entries(calls)) {
      const answers = [
        await js.session.call(procedure),
        (await python.call(procedure, args())).args[0],
        (await wampy.call(procedure)).argsList?.[0],
      ];
      expect(answers).toEqual(Array.from({ length: 3 }, () => `${name} ${procedure}`));
    }
    await expect(python.call("a2.b2.c2.d2.e2", args())).rejects.toMatchObject({
      uri: "wamp.error.no_such_procedure",
    });
  });

  test("PBR-10 one Python endpoint serves what autobahn-js and wampy call in its name space", async () => {
    const devices = fresh("devices");
    await python.register(`${devices}..reboot`, ({ details }) => kwargs({ asked: details.procedure }), {
      match: "wildcard",
    });
    expect(await js.session.call(`${devices}.pump1.reboot`)).toMatchObject({
      kwargs: { asked: `${devices}.pump1.reboot` },
    });
    expect((await wampy.call(`${devices}.pump2.reboot`)).argsDict).toEqual({
      asked: `${devices}.pump2.reboot`,
    });
  });
});

describe("who calls", () => {
  test("CID-01 wampy and autobahn-js disclose who they are to callees of every library", async () => {
    const procedures = [fresh("who"), fresh("who"), fresh("who")] as const;
    const keys = ["caller", "caller_authid", "caller_authrole"] as const;
    await five[0]?.session.register(procedures[0], (_args, _kwargs, details) =>
      keys.map((key) => details[key]),
    );
    await python.register(procedures[1], ({ details }) => args(keys.map((key) => details[key])));
    const callee = await cast.wampy();
    await callee.register(procedures[2], ({ details }) => ({ argsList: [keys.map((key) => details[key])] }));

    const details = async (session: number) => {
      const [{ authid, authrole } = {}] = (await python.call("wamp.session.get", args(session))).args as {
        authid?: string;
        authrole?: string;
      }[];
      return [session, authid, authrole];
    };
    const session = wampy.getSessionId();
    if (session === null) throw new Error("wampy has left");
    for (const procedure of procedures) {
      const { argsList } = await wampy.call(procedure, null, { disclose_me: true });
      expect(argsList).toEqual([await details(session)]);
      expect(await js.session.call(procedure, [], {}, { disclose_me: true })).toEqual(
        await details(js.session.id),
      );
    }
    // Who does not ask for it stays unknown.
    expect(await js.session.call(procedures[1])).toEqual([null, null, null]);
  });
});
