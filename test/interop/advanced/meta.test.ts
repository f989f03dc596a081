/** The meta API as stock clients use it: Autobahn|Python watches what the others do, asks about them and sends them away. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Line } from "../client/autobahn-js.ts";
import { args, fresh, Inbox } from "../client/client.ts";
import type { PythonClient } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile({
  realms: [{ name: "com.example.watched", anonymous: "local", enableMetaKill: true }],
});
const cast = castForThisFile(router);
let js: Line;
let python: PythonClient;
beforeAll(async () => {
  js = await cast.autobahn();
  python = await cast.python();
});

/** One meta procedure's first result, as Python gets it. */
async function ask(procedure: string, ...words: unknown[]): Promise<unknown> {
  return (await python.call(procedure, args(...words))).args[0];
}

/** What an autobahn-js session is, by its own word and by what every anonymous session is. */
function details({ session }: Line) {
  return {
    session: session.id,
    authid: expect.any(String),
    authrole: "anonymous",
    authmethod: "anonymous",
    authprovider: expect.any(String),
  };
}

const created = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

describe("a Python client watches", () => {
  /** A watcher for each test, so that none sees what another left. */
  let watcher: PythonClient;
  beforeEach(async () => {
    watcher = await cast.python();
  });

  async function watch(topic: string): Promise<(count: number) => Promise<[unknown, ...unknown[]][]>> {
    const { events } = await watcher.listen(topic, { match: "prefix" });
    return async (count) => (await events.take(count)).map(({ topic, args }) => [topic, ...args]);
  }

  test("SMA-01 a session joins", async () => {
    const events = await watch("wamp.session.");
    const line = await cast.autobahn();
    expect(await events(1)).toEqual([["wamp.session.on_join", details(line)]]);
  });

  test("SMA-03 a session leaves", async () => {
    const other = await cast.python();
    const events = await watch("wamp.session.");
    await other.close();
    expect(await events(1)).toEqual([["wamp.session.on_leave", other.session, other.authid, other.authrole]]);
  });

  test("SMA-04 a session leaves whose connection is lost", async () => {
    const other = await cast.python();
    const events = await watch("wamp.session.");
    await other.kill();
    expect(await events(1)).toEqual([["wamp.session.on_leave", other.session, other.authid, other.authrole]]);
  });

  test("RMA-01 a registration is created, gets a second callee, loses both and is deleted", async () => {
    const events = await watch("wamp.registration.");
    const procedure = fresh("watched");
    const options = { invoke: "last", match: "prefix" };
    const one = await js.session.register(procedure, () => 1, options);
    const two = await python.register(procedure, () => args(2), options);
    await one.unregister();
    await two.unregister();
    const { id } = one;
    expect(two.id).toBe(id);
    const registration = { id, created, uri: procedure, match: "prefix", invoke: "last" };
    expect(await events(6)).toEqual([
      ["wamp.registration.on_create", js.session.id, registration],
      ["wamp.registration.on_register", js.session.id, id],
      ["wamp.registration.on_register", python.session, id],
      ["wamp.registration.on_unregister", js.session.id, id],
      ["wamp.registration.on_unregister", python.session, id],
      ["wamp.registration.on_delete", python.session, id],
    ]);
  });

  test("SBM-01 a subscription is created, gets a second subscriber, loses both and is deleted", async () => {
    const events = await watch("wamp.subscription.");
    const topic = fresh("watched");
    const one = await js.session.subscribe(topic, () => {});
    const two = await python.listen(topic);
    await one.unsubscribe();
    await two.unsubscribe();
    const { id } = one;
    expect(await events(6)).toEqual([
      ["wamp.subscription.on_create", js.session.id, { id, created, uri: topic, match: "exact" }],
      ["wamp.subscription.on_subscribe", js.session.id, id],
      ["wamp.subscription.on_subscribe", python.session, id],
      ["wamp.subscription.on_unsubscribe", js.session.id, id],
      ["wamp.subscription.on_unsubscribe", python.session, id],
      ["wamp.subscription.on_delete", python.session, id],
    ]);
  });

  test("SBM-03 a subscriber's connection is lost: its subscription goes with it", async () => {
    const other = await cast.python();
    const { id } = await other.listen(fresh("watched"));
    const events = await watch("wamp.subscription.");
    await other.kill();
    expect(await events(2)).toEqual([
      ["wamp.subscription.on_unsubscribe", other.session, id],
      ["wamp.subscription.on_delete", other.session, id],
    ]);
  });
});

describe("a Python client asks", () => {
  test("SMA-09 which sessions there are, and how many", async () => {
    const before = (await ask("wamp.session.list")) as number[];
    expect(before).toContain(js.session.id);
    expect(before).toContain(python.session);
    expect(await ask("wamp.session.count")).toBe(before.length);
    const line = await cast.autobahn();
    const { id } = line.session;
    expect(new Set((await ask("wamp.session.list")) as number[])).toEqual(new Set([...before, id]));
    expect(await ask("wamp.session.count", ["anonymous"])).toBe(before.length + 1);
    expect(await ask("wamp.session.count", ["admin"])).toBe(0);
    line.connection.close();
    await line.closed;
    await expect(ask("wamp.session.get", id)).rejects.toMatchObject({ uri: "wamp.error.no_such_session" });
  });

  test("SMA-10 who a session is", async () => {
    expect(await ask("wamp.session.get", js.session.id)).toEqual(details(js));
  });

  test("RMA-11 which registration a call would use", async () => {
    const name = fresh("asked");
    const { id } = await js.session.register(name, () => 1, { match: "prefix", invoke: "roundrobin" });
    const exact = await js.session.register(`${name}.exact`, () => 2);
    expect(await ask("wamp.registration.match", `${name}.any.thing`)).toBe(id);
    expect(await ask("wamp.registration.match", `${name}.exact`)).toBe(exact.id);
    expect(await ask("wamp.registration.lookup", name, { match: "prefix" })).toBe(id);
    expect(await js.session.call("wamp.registration.lookup", [name])).toBeNull();
    expect(await js.session.call("wamp.registration.match", ["com.example.nothing"])).toBeNull();
    expect(await ask("wamp.registration.get", id)).toEqual({
      id,
      created,
      uri: name,
      match: "prefix",
      invoke: "roundrobin",
    });
    expect(await ask("wamp.registration.list_callees", id)).toEqual([js.session.id]);
    expect(await ask("wamp.registration.list")).toMatchObject({ prefix: [id], wildcard: [] });
  });

  test("SBM-09 which subscriptions a publication would reach", async () => {
    const name = fresh("asked");
    const exact = await js.session.subscribe(`${name}.place`, () => {});
    const prefix = await js.session.subscribe(name, () => {}, { match: "prefix" });
    const ids = (await ask("wamp.subscription.match", `${name}.place`)) as number[];
    expect(new Set(ids)).toEqual(new Set([exact.id, prefix.id]));
    expect(await js.session.call("wamp.subscription.match", ["com.example.nothing"])).toBeNull();
    expect(await ask("wamp.subscription.count_subscribers", exact.id)).toBe(1);
  });
});

describe("sending away", () => {
  test("SMA-12 autobahn-js kills a Python session, whose library leaves with the reason and the message", async () => {
    const victim = await cast.python();
    const gone = new Inbox<unknown>();
    await js.session.subscribe("wamp.session.on_leave", ([session]) => gone.put(session));
    const message = "maintenance";
    expect(await js.session.call("wamp.session.kill", [victim.session], { message })).toBeNull();
    expect(await victim.left).toEqual({ reason: "wamp.close.killed", message });
    expect(await gone.next()).toBe(victim.session);
  });

  test("SMA-12 Python kills an autobahn-js session, which closes with the reason that was given", async () => {
    const { session, closed } = await cast.autobahn();
    await python.call("wamp.session.kill", {
      args: [session.id],
      kwargs: { reason: "com.example.close.moved" },
    });
    expect(await closed).toBe("com.example.close.moved");
  });

  test("SMA-12 Python kills a wampy session, which closes and does not come back", async () => {
    const closed = new Inbox<string>();
    const again = new Inbox<void>();
    const wampy = await cast.wampy({
      autoReconnect: true,
      reconnectInterval: 1,
      onClose: () => closed.put("closed"),
      onReconnect: () => again.put(),
    });
    await ask("wamp.session.kill", wampy.getSessionId());
    expect(await closed.next()).toBe("closed");
    expect(again.left).toBe(0);
  });

  test("SMA-15 a session cannot kill itself", async () => {
    await expect(ask("wamp.session.kill", python.session)).rejects.toMatchObject({
      uri: "wamp.error.no_such_session",
    });
  });

  test("RRV-01 autobahn-js notices that its registration was taken away", async () => {
    const procedure = fresh("revoked");
    const registration = await js.session.register(procedure, () => "here");
    await ask("wamp.registration.remove_callee", registration.id, js.session.id, "com.example.moved");
    expect(await registration.on_unregister).toBe("com.example.moved");
    await expect(python.call(procedure, args())).rejects.toMatchObject({
      uri: "wamp.error.no_such_procedure",
    });
  });

  test("SRV-01 autobahn-js notices that its subscription was taken away", async () => {
    const subscription = await js.session.subscribe(fresh("revoked"), () => {});
    await ask("wamp.subscription.remove_subscriber", subscription.id, js.session.id, "com.example.moved");
    expect(await subscription.on_unsubscribe).toBe("com.example.moved");
  });
});
