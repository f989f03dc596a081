/** Requirements section 11.2: the session meta API. How a killed session's connection ends is in test/gateway/kill.test.ts. */
import { describe, expect, test } from "vitest";
import { PARK_AFTER } from "../../../src/router/realm.ts";
import { CANCELING, failed } from "../answers.ts";
import { MemoryStore } from "../memory-store.ts";
import { Scene } from "../scene.ts";
import { ask, INVALID_ARGUMENT, NO_SUCH_PROCEDURE, refused, result } from "./ask.ts";

const NO_SUCH_SESSION = refused("wamp.error.no_such_session");
const INVALID_URI = refused("wamp.error.invalid_uri");
const KILLED = [6, {}, "wamp.close.killed"];
const KILLS: readonly [procedure: string, ...args: unknown[]][] = [
  ["wamp.session.kill", 102],
  ["wamp.session.kill_by_authid", "bob"],
  ["wamp.session.kill_by_authrole", "device"],
  ["wamp.session.kill_all"],
];

/** Alice, a user, and bob and carol, devices; bob's authid is his name. */
function killing(): Scene {
  return new Scene({ metaKill: true })
    .join("alice")
    .joinAs("bob", { authrole: "device" })
    .joinAs("carol", { authrole: "device" });
}

describe("events", () => {
  test("SMA-01 on_join tells who joined", () => {
    const scene = new Scene().join("alice");
    scene.send("alice", 32, 1, {}, "wamp.session.on_join");
    scene.joinAs("bob", { authid: "sensor-7", authrole: "device" });
    const details = {
      session: 102,
      authid: "sensor-7",
      authrole: "device",
      authmethod: "anonymous",
      authprovider: "static",
    };
    expect(scene.heard("alice")).toStrictEqual([
      [33, 1, 1],
      [36, 1, 1001, {}, [details]],
    ]);
    expect(scene.heard("bob")).toStrictEqual([]);
  });

  test("SMA-03 on_leave tells who left: session, authid and authrole", () => {
    const scene = new Scene().join("alice").joinAs("bob", { authid: "sensor-7", authrole: "device" });
    scene.send("alice", 32, 1, {}, "wamp.session.on_leave");
    expect(scene.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, [102, "sensor-7", "device"]]] });
  });

  test("SMA-05 on_leave is not for who leaves, nor for any of those who vanished together", () => {
    const scene = new Scene().join("alice", "bob", "carol");
    for (const name of ["alice", "bob", "carol"]) scene.send(name, 32, 1, {}, "wamp.session.on_leave");
    expect(scene.sleep({ vanished: ["alice", "carol"] })).toStrictEqual({
      bob: [
        [36, 1, 1001, {}, [101, "alice", "user"]],
        [36, 1, 1002, {}, [103, "carol", "user"]],
      ],
    });
    expect(scene.leave("bob")).toStrictEqual({});
  });
});

describe("who is here", () => {
  const devices = () => new Scene().join("alice").joinAs("bob", { authrole: "device" }).join("carol");

  test("SMA-07 count is the number of sessions, the caller among them", () => {
    const scene = devices();
    expect(ask(scene, "alice", "wamp.session.count")).toStrictEqual({ alice: [result(3)] });
    scene.leave("carol");
    expect(ask(scene, "alice", "wamp.session.count")).toStrictEqual({ alice: [result(2)] });
  });

  test.each<[filter: unknown, ids: readonly number[]]>([
    [["device"], [102]],
    [["user"], [101, 103]],
    [
      ["user", "device", "nobody"],
      [101, 102, 103],
    ],
    [["Device"], []],
    [[], []],
    [null, [101, 102, 103]],
  ])("SMA-08 the filter %j selects %j", (filter, ids) => {
    const scene = devices();
    expect(ask(scene, "alice", "wamp.session.count", [filter])).toStrictEqual({
      alice: [result(ids.length)],
    });
    expect(ask(scene, "alice", "wamp.session.list", [filter])).toStrictEqual({ alice: [result(ids)] });
  });

  test("SMA-09 list is one list of session ids", () => {
    expect(ask(devices(), "bob", "wamp.session.list")).toStrictEqual({ bob: [result([101, 102, 103])] });
  });

  test("SMA-10 get tells what on_join told, also after sleep", () => {
    const scene = devices();
    const details = {
      session: 102,
      authid: "bob",
      authrole: "device",
      authmethod: "anonymous",
      authprovider: "static",
    };
    expect(ask(scene, "alice", "wamp.session.get", [102])).toStrictEqual({ alice: [result(details)] });
    scene.sleep();
    expect(ask(scene, "bob", "wamp.session.get", [102])).toStrictEqual({ bob: [result(details)] });
  });

  test("SMA-11 who is not here, or not any more, is no such session", () => {
    const scene = devices();
    scene.leave("carol");
    for (const id of [103, 104]) {
      expect(ask(scene, "alice", "wamp.session.get", [id])).toStrictEqual({ alice: [NO_SUCH_SESSION] });
    }
  });
});

describe("kill", () => {
  test("SMA-12 kill sends the session away with GOODBYE and answers with an empty RESULT", () => {
    const scene = killing();
    const goodbye = { reason: "com.example.too_old", message: "update, please" };
    expect(ask(scene, "alice", "wamp.session.kill", [102], goodbye)).toStrictEqual({
      alice: [result()],
      bob: [[6, { message: "update, please" }, "com.example.too_old"]],
    });
    expect(ask(scene, "alice", "wamp.session.list")).toStrictEqual({ alice: [result([101, 103])] });
  });

  test.each(KILLS)("SMA-13 without a reason %s says wamp.close.killed", (procedure, ...args) => {
    for (const kwargs of [[], [{}], [{ reason: null }]]) {
      expect(ask(killing(), "alice", procedure, args, ...kwargs).bob).toStrictEqual([KILLED]);
    }
  });

  test.each(KILLS)(
    "SMA-14 the message of %s stands in the details; without one they are empty",
    (procedure, ...args) => {
      for (const message of ["good night", ""]) {
        expect(ask(killing(), "alice", procedure, args, { message }).bob).toStrictEqual([
          [6, { message }, "wamp.close.killed"],
        ]);
      }
      expect(ask(killing(), "alice", procedure, args, { message: null }).bob).toStrictEqual([KILLED]);
    },
  );

  test("SMA-15 nobody kills itself", () => {
    const scene = killing();
    expect(ask(scene, "bob", "wamp.session.kill", [102])).toStrictEqual({ bob: [NO_SUCH_SESSION] });
    expect(ask(scene, "bob", "wamp.session.count")).toStrictEqual({ bob: [result(3)] });
  });

  test("SMA-16 who is not here cannot be killed, nor killed twice", () => {
    const scene = killing();
    expect(ask(scene, "alice", "wamp.session.kill", [104])).toStrictEqual({ alice: [NO_SUCH_SESSION] });
    ask(scene, "alice", "wamp.session.kill", [103]);
    expect(ask(scene, "alice", "wamp.session.kill", [103])).toStrictEqual({ alice: [NO_SUCH_SESSION] });
  });

  test.each(KILLS)("SMA-17 %s with a reason that is no URI kills nobody", (procedure, ...args) => {
    const scene = killing();
    for (const reason of ["", " ", "two words", "com..x", ".x", "a#b", "x\n", 7, true, [], {}, ["com.x"]]) {
      expect(ask(scene, "alice", procedure, args, { reason })).toStrictEqual({ alice: [INVALID_URI] });
    }
    expect(ask(scene, "alice", "wamp.session.list")).toStrictEqual({ alice: [result([101, 102, 103])] });
  });

  test.each(KILLS)("SMA-18 the reason of %s may be one of WAMP's own", (procedure, ...args) => {
    const reason = "wamp.close.system_shutdown";
    expect(ask(killing(), "alice", procedure, args, { reason }).bob).toStrictEqual([[6, {}, reason]]);
  });

  test("SMA-19 kill_by_authid answers with the list of the sessions that it killed", () => {
    const scene = killing().joinAs("bob2", { authid: "bob" });
    expect(ask(scene, "alice", "wamp.session.kill_by_authid", ["bob"])).toStrictEqual({
      alice: [result([102, 104])],
      bob: [KILLED],
      bob2: [KILLED],
    });
  });

  test("SMA-20 kill_by_authrole answers with the number of the sessions that it killed", () => {
    expect(ask(killing(), "alice", "wamp.session.kill_by_authrole", ["device"])).toStrictEqual({
      alice: [result(2)],
      bob: [KILLED],
      carol: [KILLED],
    });
  });

  test("SMA-21 kill_all answers with the number of the sessions that it killed", () => {
    expect(ask(killing(), "bob", "wamp.session.kill_all")).toStrictEqual({
      bob: [result(2)],
      alice: [KILLED],
      carol: [KILLED],
    });
  });

  test("SMA-22 the caller is never among those killed", () => {
    const scene = killing().joinAs("bob2", { authid: "bob", authrole: "device" });
    expect(ask(scene, "bob", "wamp.session.kill_by_authid", ["bob"])).toStrictEqual({
      bob: [result([104])],
      bob2: [KILLED],
    });
    expect(ask(scene, "bob", "wamp.session.kill_by_authrole", ["device"])).toStrictEqual({
      bob: [result(1)],
      carol: [KILLED],
    });
    expect(ask(scene, "bob", "wamp.session.kill_all")).toStrictEqual({ bob: [result(1)], alice: [KILLED] });
    expect(ask(scene, "bob", "wamp.session.list")).toStrictEqual({ bob: [result([102])] });
  });

  test("SMA-23 where nobody matches, nobody is killed and that is no error", () => {
    const scene = new Scene({ metaKill: true }).join("alice");
    expect(ask(scene, "alice", "wamp.session.kill_by_authid", ["alice"])).toStrictEqual({
      alice: [result([])],
    });
    expect(ask(scene, "alice", "wamp.session.kill_by_authrole", ["nobody"])).toStrictEqual({
      alice: [result(0)],
    });
    expect(ask(scene, "alice", "wamp.session.kill_all")).toStrictEqual({ alice: [result(0)] });
  });

  test.each<[procedure: string, arg: unknown, victims: readonly string[]]>([
    ["wamp.session.kill", 102, ["bob"]],
    ["wamp.session.kill_by_authid", "bob", ["bob"]],
    ["wamp.session.kill_by_authrole", "device", ["bob", "carol"]],
  ])("SMA-24 each victim of %s has its testaments and its on_leave", (procedure, arg, victims) => {
    const scene = killing();
    scene.send("alice", 32, 1, {}, "wamp.session.on_leave");
    scene.send("alice", 32, 2, {}, "com.will");
    for (const name of ["bob", "carol"]) {
      ask(scene, name, "wamp.session.add_testament", ["com.will", [name], {}]);
    }
    expect(ask(scene, "alice", procedure, [arg]).alice?.slice(1)).toStrictEqual(
      victims.flatMap((name, at) => [
        [36, 2, 1001 + 2 * at, {}, [name]],
        [36, 1, 1002 + 2 * at, {}, [scene.id(name), name, "device"]],
      ]),
    );
  });

  test("SMA-25 kill_all leaves no testament and no session event behind", () => {
    const scene = killing();
    scene.send("alice", 32, 1, { match: "prefix" }, "wamp.session.");
    scene.send("alice", 32, 2, {}, "com.will");
    for (const name of ["bob", "carol"]) {
      ask(scene, name, "wamp.session.add_testament", ["com.will", [name], {}]);
      ask(scene, name, "wamp.session.add_testament", ["com.will", [name], {}], { scope: "detached" });
    }
    expect(ask(scene, "alice", "wamp.session.kill_all")).toStrictEqual({
      alice: [result(2)],
      bob: [KILLED],
      carol: [KILLED],
    });
    expect(scene.sleep()).toStrictEqual({});
    expect(scene.rowCounts()).toMatchObject({ sessions: 1, testaments: 0 });
  });

  test("SMA-25 what the victims of kill_all had registered and subscribed is told to be gone", () => {
    const scene = killing();
    scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
    scene.send("carol", 32, 1, { match: "prefix" }, "wamp.");
    scene.send("bob", 64, 1, { invoke: "first" }, "com.p");
    scene.send("carol", 64, 2, { invoke: "first" }, "com.p");
    const first = Number(scene.heard("alice").at(-1)?.[2]) + 1;
    const topic = (name: string) => ({ topic: `wamp.registration.${name}` });
    expect(ask(scene, "alice", "wamp.session.kill_all")).toStrictEqual({
      alice: [
        result(2),
        [36, 1, first, topic("on_unregister"), [102, 1]],
        [36, 1, first + 1, topic("on_unregister"), [103, 1]],
        [36, 1, first + 2, topic("on_delete"), [103, 1]],
      ],
      bob: [KILLED],
      carol: [KILLED],
    });
  });

  test("SMA-26 calls of and to the victims end at once, and who is killed hears nothing but GOODBYE", () => {
    const scene = new Scene({ metaKill: true }).join("alice", "bob", "carol");
    scene.joinAs("dave", { roles: CANCELING });
    scene.send("bob", 64, 1, {}, "com.bob");
    scene.send("dave", 64, 1, {}, "com.dave");
    for (const name of ["bob", "carol"]) scene.send(name, 32, 2, { match: "prefix" }, "wamp.");
    scene.send("alice", 48, 5, {}, "com.bob");
    scene.send("carol", 48, 5, {}, "com.bob");
    scene.send("bob", 48, 5, {}, "com.dave");
    scene.send("carol", 48, 6, {}, "com.dave");
    ask(scene, "dave", "wamp.session.modify_details");
    expect(ask(scene, "alice", "wamp.session.kill_by_authrole", ["user"])).toStrictEqual({
      alice: [result(3), failed(48, 5, "wamp.error.canceled")],
      bob: [KILLED],
      carol: [KILLED],
      dave: [KILLED],
    });
  });

  test("SMA-26 a callee is told that the caller it worked for was killed", () => {
    const scene = new Scene({ metaKill: true }).join("alice", "bob").joinAs("dave", { roles: CANCELING });
    scene.send("dave", 64, 1, {}, "com.dave");
    scene.send("bob", 48, 5, {}, "com.dave");
    expect(ask(scene, "alice", "wamp.session.kill", [102])).toStrictEqual({
      alice: [result()],
      bob: [KILLED],
      dave: [[69, 1, { mode: "killnowait" }]],
    });
    expect(scene.send("dave", 70, 1, {}, ["too late"])).toStrictEqual({});
  });

  test.each(KILLS)(
    "SMA-27 after the RESULT of %s its victims are nowhere to be found",
    (procedure, ...args) => {
      const scene = killing();
      scene.send("bob", 32, 1, {}, "com.x");
      scene.send("bob", 64, 2, {}, "com.p");
      ask(scene, "alice", procedure, args);
      expect(ask(scene, "alice", "wamp.session.get", [102])).toStrictEqual({ alice: [NO_SUCH_SESSION] });
      expect(ask(scene, "alice", "wamp.session.list").alice?.[0]?.[3]).not.toContainEqual(
        expect.arrayContaining([102]),
      );
      expect(ask(scene, "alice", "wamp.subscription.lookup", ["com.x"])).toStrictEqual({
        alice: [result(null)],
      });
      expect(ask(scene, "alice", "com.p")).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
      expect(scene.rowCounts()).toMatchObject({ sessions: 0, subscriptions: 0, registrations: 0 });
    },
  );
});

describe("modify_details", () => {
  const modifying = () => new Scene({ metaModify: true }).join("alice", "bob");

  test("SMA-29 what is modified counts from then on for lists of receivers and for the session meta API, also after sleep", () => {
    const scene = modifying();
    scene.send("bob", 32, 1, {}, "com.x");
    const delta = { authid: "sensor-7", authrole: "retired" };
    expect(ask(scene, "alice", "wamp.session.modify_details", [102, delta])).toStrictEqual({
      alice: [result()],
    });
    const details = { session: 102, ...delta, authmethod: "anonymous", authprovider: "static" };
    for (const round of [0, 1]) {
      expect(ask(scene, "alice", "wamp.session.get", [102])).toStrictEqual({ alice: [result(details)] });
      expect(scene.send("alice", 16, 1, { eligible_authrole: ["retired"] }, "com.x")).toStrictEqual({
        bob: [[36, 1, 1001 + 4 * round, {}]],
      });
      expect(scene.send("alice", 16, 2, { eligible_authid: ["bob"] }, "com.x")).toStrictEqual({});
      expect(scene.send("alice", 16, 3, { exclude_authid: ["sensor-7"] }, "com.x")).toStrictEqual({});
      expect(scene.send("alice", 16, 4, { exclude_authrole: ["user"] }, "com.x")).toStrictEqual({
        bob: [[36, 1, 1004 + 4 * round, {}]],
      });
      scene.sleep();
    }
    scene.send("alice", 32, 9, {}, "wamp.session.on_leave");
    expect(scene.leave("bob")).toStrictEqual({
      alice: [[36, 2, 1009, {}, [102, "sensor-7", "retired"]]],
    });
  });

  test("SMA-29 a session may modify itself, and one key at a time", () => {
    const scene = modifying();
    expect(ask(scene, "bob", "wamp.session.modify_details", [102, { authrole: "device" }])).toStrictEqual({
      bob: [result()],
    });
    expect(ask(scene, "bob", "wamp.session.modify_details", [102, {}])).toStrictEqual({ bob: [result()] });
    expect(ask(scene, "alice", "wamp.session.list", [["device"]])).toStrictEqual({ alice: [result([102])] });
    expect(ask(scene, "alice", "wamp.session.get", [102])).toStrictEqual({
      alice: [
        result({
          session: 102,
          authid: "bob",
          authrole: "device",
          authmethod: "anonymous",
          authprovider: "static",
        }),
      ],
    });
  });

  test.each([
    { session: 7 },
    { session: null },
    { authrole: 1 },
    { authid: "x", session: 7 },
    "authrole",
    null,
    [],
  ])("SMA-29 a change of %j is refused as a whole", (delta) => {
    const scene = modifying();
    expect(ask(scene, "alice", "wamp.session.modify_details", [102, delta])).toStrictEqual({
      alice: [INVALID_ARGUMENT],
    });
    expect(ask(scene, "alice", "wamp.session.list", [["user"]])).toStrictEqual({
      alice: [result([101, 102])],
    });
    expect(ask(scene, "alice", "wamp.session.get", [102]).alice?.[0]?.[3]).toStrictEqual([
      expect.objectContaining({ session: 102, authid: "bob" }),
    ]);
  });

  test("SMA-29 who is not here cannot be modified, and without the setting nobody", () => {
    expect(ask(modifying(), "alice", "wamp.session.modify_details", [103, { authrole: "x" }])).toStrictEqual({
      alice: [NO_SUCH_SESSION],
    });
    const scene = new Scene({ metaKill: true }).join("alice");
    expect(ask(scene, "alice", "wamp.session.modify_details", [101, { authrole: "x" }])).toStrictEqual({
      alice: [NO_SUCH_PROCEDURE],
    });
  });

  test.each(["", "x".repeat(257), "a\u0000", "a\u009f", "\ud800"])(
    "SMA-29 %j can be neither an authid nor an authrole",
    (text) => {
      const scene = modifying();
      for (const key of ["authid", "authrole"]) {
        expect(ask(scene, "alice", "wamp.session.modify_details", [102, { [key]: text }])).toStrictEqual({
          alice: [INVALID_ARGUMENT],
        });
      }
    },
  );

  test("SMA-29 nobody is given a role that may not be given", () => {
    const scene = new Scene({ metaModify: true, grantable: (role) => role === "device" }).join("alice");
    const give = (authrole: string) =>
      ask(scene, "alice", "wamp.session.modify_details", [101, { authrole }]);
    expect(give("admin")).toStrictEqual({ alice: [INVALID_ARGUMENT] });
    expect(give("device")).toStrictEqual({ alice: [result()] });
  });

  test.each(["holds something", "holds nothing"])(
    "SMA-29 a role that was taken away does not come back where the realm falls asleep before it was quiet: who %s",
    (what) => {
      const scene = modifying();
      if (what === "holds something") scene.send("bob", 32, 1, {}, "com.x");
      scene.pass(PARK_AFTER);
      ask(scene, "alice", "wamp.session.modify_details", [102, { authrole: "retired" }]);
      expect(scene.crash({ present: ["alice", "bob"] })).toStrictEqual({});
      expect(ask(scene, "alice", "wamp.session.list", [["retired"]])).toStrictEqual({
        alice: [result([102])],
      });
      scene.leave("bob");
      expect(scene.rowCounts()).toMatchObject({ sessions: 1, subscribers: 0 });
    },
  );

  test("SES-60 SMA-29 nothing stays of a session that was modified and leaves", () => {
    const scene = modifying();
    ask(scene, "alice", "wamp.session.modify_details", [102, { authrole: "retired" }]);
    scene.leave("bob");
    expect(scene.rowCounts().sessions).toBe(0);
  });

  test("R17 SMA-29 a session stays who it is where that cannot be written down, and whoever asked is told", () => {
    const store = new MemoryStore();
    const scene = new Scene({ metaModify: true }, { store }).join("alice", "bob");
    const { putSession } = store;
    store.putSession = () => {
      throw new Error("SQLITE_FULL");
    };
    expect(ask(scene, "alice", "wamp.session.modify_details", [102, { authrole: "retired" }])).toStrictEqual({
      alice: [refused("edgebahn.error.storage_failed")],
    });
    store.putSession = putSession;
    expect(ask(scene, "alice", "wamp.session.list", [["user"]])).toStrictEqual({
      alice: [result([101, 102])],
    });
  });

  test("SMA-29 who somebody signed in as stays with the session, however often it is modified, also after sleep", () => {
    const scene = modifying();
    for (const authid of ["first", "second"]) {
      ask(scene, "alice", "wamp.session.modify_details", [102, { authid, authrole: "device" }]);
      scene.sleep();
    }
    expect(scene.realm.session(102)?.identity).toMatchObject({
      authid: "second",
      authrole: "device",
      principal: { authid: "bob", authrole: "user" },
    });
  });
});

test.each([
  "wamp.session.on_stats",
  "crossbar.get_status",
  "crossbar.session.kill",
  "wamp.session.count_subscribers",
])("SMA-30 what is Crossbar's own is not offered: %s", (procedure) => {
  const scene = new Scene({ metaKill: true }).join("alice");
  expect(ask(scene, "alice", procedure)).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
});
