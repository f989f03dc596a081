/** What the realm keeps for stock clients: retained events, testaments and the history of a topic. */
import autobahn from "autobahn";
import { beforeAll, describe, expect, test } from "vitest";
import type { Wampy } from "wampy";
import type { Line } from "../client/autobahn-js.ts";
import { args, fresh, Inbox } from "../client/client.ts";
import type { PythonClient } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile({
  realms: [
    {
      name: "com.example.kept",
      anonymous: "local",
      eventHistory: [{ uri: "com.example.log", match: "prefix" }, { uri: "com.example.log.door" }],
    },
  ],
});
const cast = castForThisFile(router);
let js: Line;
let wampy: Wampy;
let python: PythonClient;
beforeAll(async () => {
  js = await cast.autobahn();
  wampy = await cast.wampy();
  python = await cast.python();
});

interface Told {
  readonly event: unknown;
  readonly retained: unknown;
}

/** Late subscribers of every library. */
const subscribers: Record<string, (topic: string, get_retained: boolean) => Promise<Inbox<Told>>> = {
  async "autobahn-js"(topic, get_retained) {
    const inbox = new Inbox<Told>();
    await js.session.subscribe(
      topic,
      ([event], _kwargs, { retained }) => inbox.put({ event, retained: retained || undefined }),
      { get_retained },
    );
    return inbox;
  },
  async "wampy 8"(topic, get_retained) {
    const inbox = new Inbox<Told>();
    await wampy.subscribe(
      topic,
      ({ argsList, details: { retained } }) => inbox.put({ event: argsList?.[0], retained }),
      { get_retained },
    );
    return inbox;
  },
  async "autobahn-python"(topic, get_retained) {
    const inbox = new Inbox<Told>();
    await python.hear(topic, { get_retained }, ({ args: [event], details: { retained } }) =>
      inbox.put({ event, retained }),
    );
    return inbox;
  },
};

describe.for(Object.keys(subscribers))("retained events for %s", (name) => {
  async function subscribe(topic: string, getRetained: boolean): Promise<Inbox<Told>> {
    const inbox = await subscribers[name]?.(topic, getRetained);
    if (!inbox) throw new Error(`${name} is not connected`);
    return inbox;
  }

  test("RET-08 the last one that Python asked to be retained comes first, also after the realm slept", async () => {
    const topic = fresh("retained");
    const publisher = await cast.python();
    await publisher.publish(topic, args("first"), { retain: true });
    await publisher.publish(topic, args("second"), { retain: true });
    await publisher.publish(topic, args("passing"));
    await publisher.close();
    await router().evict("hibernate");
    const events = await subscribe(topic, true);
    js.session.publish(topic, ["later"], {}, { exclude_me: false });
    expect(await events.take(2)).toEqual([
      { event: "second", retained: true },
      { event: "later", retained: undefined },
    ]);
  });

  test("RET-09 a subscriber that does not ask for it gets none", async () => {
    const topic = fresh("retained");
    await python.publish(topic, args("retained"), { retain: true });
    const events = await subscribe(topic, false);
    js.session.publish(topic, ["later"], {}, { exclude_me: false });
    expect(await events.next()).toEqual({ event: "later", retained: undefined });
  });
});

describe("testaments", () => {
  async function listener(topic: string): Promise<Inbox<unknown>> {
    const wills = new Inbox<unknown>();
    await js.session.subscribe(topic, (args, kwargs) => wills.put([args, kwargs]));
    return wills;
  }

  test("TES-11 of a Python client that dies is published", async () => {
    const topic = fresh("will");
    const wills = await listener(topic);
    const dying = await cast.python();
    await dying.call("wamp.session.add_testament", args(topic, ["dead"], { cause: "kill -9" }));
    await dying.kill();
    expect(await wills.next()).toEqual([["dead"], { cause: "kill -9" }]);
    expect(wills.left).toBe(0);
  });

  test("TES-11 of a socket that is cut while the realm sleeps is published", async () => {
    const topic = fresh("will");
    const wills = await listener(topic);
    const socket = await cast.raw();
    socket.tell([48, 1, {}, "wamp.session.add_testament", [topic, ["cut"], {}]]);
    expect((await socket.hear()).slice(0, 2)).toEqual([50, 1]);
    await router().evict("hibernate");
    await socket.cut();
    expect(await wills.next()).toEqual([["cut"], {}]);
  });

  test("TES-11 of an autobahn-js client that says goodbye is published, unless it was flushed", async () => {
    const topic = fresh("will");
    const wills = await listener(topic);
    const [flushing, leaving] = [await cast.autobahn(), await cast.autobahn()];
    for (const [{ session }, name] of [
      [flushing, "flushed"],
      [leaving, "left"],
    ] as const) {
      expect(await session.call("wamp.session.add_testament", [topic, [name], {}])).toBeNull();
    }
    expect(await flushing.session.call("wamp.session.flush_testaments")).toBeNull();
    for (const { connection, closed } of [flushing, leaving]) {
      connection.close();
      await closed;
    }
    expect(await wills.next()).toEqual([["left"], {}]);
    expect(wills.left).toBe(0);
  });
});

describe("the history", () => {
  const DOOR = "com.example.log.door";

  async function history(subscription: unknown, kwargs: object = {}): Promise<Record<string, unknown>[]> {
    const { args } = await python.call("wamp.subscription.get_events", {
      args: [subscription],
      kwargs: { ...kwargs },
    });
    return args as Record<string, unknown>[];
  }

  test("HIS-04 its subscription is the same before anyone subscribes, for each subscriber, and after the realm slept", async () => {
    const before = (await python.call("wamp.subscription.lookup", args(DOOR))).args[0];
    const first = await js.session.subscribe(DOOR, () => {});
    await first.unsubscribe();
    await router().evict("hibernate");
    const { id, unsubscribe } = await python.listen(DOOR);
    await unsubscribe();
    const { subscriptionId } = await wampy.subscribe(DOOR, () => {});
    await wampy.unsubscribe(subscriptionId);
    expect([first.id, id, subscriptionId]).toEqual([before, before, before]);
  });

  test("HIS-07 a Python caller gets what every library published, oldest first, also after the realm slept", async () => {
    const began = Date.now();
    await js.session.publish(DOOR, ["js"], { open: true }, { acknowledge: true });
    await wampy.publish(DOOR, ["wampy"]);
    await router().evict("hibernate");
    await python.publish(DOOR, args("python"));
    const subscription = (await js.session.call("wamp.subscription.lookup", [DOOR])) as number;
    const events = await history(subscription);
    const publication = expect.any(Number);
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const same = { subscription, publication, timestamp, details: {} };
    expect(events).toEqual([
      { ...same, args: ["js"], kwargs: { open: true } },
      expect.objectContaining({ ...same, args: ["wampy"] }),
      expect.objectContaining({ ...same, args: ["python"] }),
    ]);
    expect(Date.parse(String(events[0]?.timestamp))).toBeGreaterThanOrEqual(began - 1);
    expect(await history(subscription, { reverse: true, limit: 2 })).toEqual([events[2], events[1]]);
    expect(await history(subscription, { after_publication: events[0]?.publication })).toEqual(
      events.slice(1),
    );
  });

  test("HIS-08 the events are the arguments of the result, for autobahn-js and wampy too", async () => {
    const prefix = await js.session.call("wamp.subscription.lookup", [
      "com.example.log",
      { match: "prefix" },
    ]);
    await js.session.publish("com.example.log.window", ["open"], {}, { acknowledge: true });
    await js.session.publish("com.example.log.window", ["shut"], {}, { acknowledge: true });
    const kwargs = { topic: "com.example.log.window" };
    const seen = [
      { args: ["open"], details: { topic: kwargs.topic } },
      { args: ["shut"], details: { topic: kwargs.topic } },
    ];
    const result = await js.session.call("wamp.subscription.get_events", [prefix], kwargs);
    if (!(result instanceof autobahn.Result)) throw new Error("several arguments come as a Result");
    expect(result.args).toMatchObject(seen);
    const { argsList } = await wampy.call("wamp.subscription.get_events", {
      argsList: [prefix],
      argsDict: kwargs,
    });
    expect(argsList).toMatchObject(seen);
  });
});
