/** Who gets an event, and what it tells of its publisher: between stock clients of every library. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Wampy } from "wampy";
import { CborSerializer } from "wampy/CborSerializer.js";
import { MsgpackSerializer } from "wampy/MsgpackSerializer.js";
import type { Line } from "../client/autobahn-js.ts";
import { args, fresh, Inbox } from "../client/client.ts";
import type { PythonClient } from "../client/python.ts";
import { routerForThisFile } from "../router.ts";
import { castForThisFile } from "./cast.ts";

const router = routerForThisFile({
  realms: [
    { name: "realm1", anonymous: "local" },
    { name: "discreet", anonymous: "local", allowDisclose: false },
  ],
});
const cast = castForThisFile(router);
let publisher: Line;
let js: Line;
let wampy: Wampy;
let python: PythonClient;
beforeAll(async () => {
  publisher = await cast.autobahn();
  js = await cast.autobahn();
  wampy = await cast.wampy({ uriValidation: "loose" });
  python = await cast.python();
});

interface Seen {
  readonly event: unknown;
  readonly topic: unknown;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One subscriber of each library. */
async function subscribeAll(topic: string, options: { match?: "prefix" | "wildcard" } = {}) {
  const seen = { js: new Inbox<Seen>(), wampy: new Inbox<Seen>(), python: new Inbox<Seen>() };
  await js.session.subscribe(
    topic,
    ([event], _kwargs, details) => seen.js.put({ event, topic: details.topic, details: { ...details } }),
    options,
  );
  await wampy.subscribe(
    topic,
    ({ argsList, details }) => seen.wampy.put({ event: argsList?.[0], topic: details.topic, details }),
    options,
  );
  await python.hear(topic, options, ({ args: [event], topic, details }) =>
    seen.python.put({ event, topic, details }),
  );
  return seen;
}

type Everyone = Awaited<ReturnType<typeof subscribeAll>>;

/** The events of each subscriber up to the one called "end", which reaches everyone. */
async function untilEnd(seen: Everyone): Promise<Record<keyof Everyone, unknown[]>> {
  const events = { js: [] as unknown[], wampy: [] as unknown[], python: [] as unknown[] };
  for (const name of ["js", "wampy", "python"] as const) {
    for (;;) {
      const { event } = await seen[name].next();
      if (event === "end") break;
      events[name].push(event);
    }
  }
  return events;
}

describe("patterns", () => {
  test("PBS-01 a prefix need not end with a component", async () => {
    const topic = fresh("emergency");
    const seen = await subscribeAll(topic, { match: "prefix" });
    const topics = [topic, `${topic}.11`, `${topic}-low`, `${topic}.category.severe`];
    for (const each of [topic.slice(0, -1), ...topics]) {
      await publisher.session.publish(each, [each], {}, { acknowledge: true });
    }
    for (const subscriber of Object.values(seen)) {
      const events = await subscriber.take(topics.length);
      expect(events.map(({ event, topic }) => ({ event, topic }))).toEqual(
        topics.map((each) => ({ event: each, topic: each })),
      );
    }
  });

  test("PBS-02 a wildcard stands for exactly one component", async () => {
    const app = fresh("app");
    const seen = await subscribeAll(`${app}..userevent`, { match: "wildcard" });
    for (const each of [`${app}.foo.userevent.bar`, `${app}.foo.user`, `${app}2.foo.userevent`]) {
      await wampy.publish(each, ["no"]);
    }
    await wampy.publish(`${app}.foo.userevent`, ["yes"]);
    await python.publish(`${app}.bar.userevent`, args("end"));
    await publisher.session.publish(`${app}.baz.userevent`, ["end"]);
    // A publisher does not get its own event.
    expect(await seen.js.take(2)).toMatchObject([
      { event: "yes", topic: `${app}.foo.userevent` },
      { event: "end", topic: `${app}.bar.userevent` },
    ]);
    expect(await seen.python.take(2)).toMatchObject([
      { event: "yes", topic: `${app}.foo.userevent` },
      { event: "end", topic: `${app}.baz.userevent` },
    ]);
    expect(await seen.wampy.take(2)).toMatchObject([
      { event: "end", topic: `${app}.bar.userevent` },
      { event: "end", topic: `${app}.baz.userevent` },
    ]);
  });

  test("PBS-04 an exact subscriber is not told the topic", async () => {
    const topic = fresh("exact");
    const { wampy } = await subscribeAll(topic);
    await publisher.session.publish(topic, ["event"]);
    expect((await wampy.next()).details).toEqual({});
  });
});

describe("black- and whitelists of autobahn-js", () => {
  const everyone = ["js", "wampy", "python"];
  const rows: { options: (ids: Record<string, number>) => object; reach: string[]; what: string }[] = [
    { what: "exclude one session", options: ({ python }) => ({ exclude: [python] }), reach: ["js", "wampy"] },
    {
      what: "eligible two sessions",
      options: ({ js, wampy }) => ({ eligible: [js, wampy] }),
      reach: ["js", "wampy"],
    },
    {
      what: "both, on the same session",
      options: ({ js, wampy }) => ({ eligible: [js, wampy], exclude: [js] }),
      reach: ["wampy"],
    },
    {
      what: "eligible_authrole anonymous",
      options: () => ({ eligible_authrole: ["anonymous"] }),
      reach: everyone,
    },
    {
      what: "eligible_authrole of nobody here",
      options: () => ({ eligible_authrole: ["admin"] }),
      reach: [],
    },
    { what: "exclude_authrole anonymous", options: () => ({ exclude_authrole: ["anonymous"] }), reach: [] },
    {
      what: "exclude_authid of nobody here",
      options: () => ({ exclude_authid: ["nobody"] }),
      reach: everyone,
    },
  ];
  test.for(rows)("BWL-01 $what", async ({ options, reach }) => {
    const ids = { js: js.session.id, wampy: wampy.getSessionId() ?? 0, python: python.session };
    const topic = fresh("listed");
    const seen = await subscribeAll(topic);
    publisher.session.publish(topic, ["listed"], {}, options(ids));
    publisher.session.publish(topic, ["end"]);
    const events = await untilEnd(seen);
    expect(Object.entries(events).flatMap(([name, got]) => (got.length === 1 ? [name] : []))).toEqual(reach);
  });

  test("BWL-01 eligible_authid and exclude_authid name Python by its authid", async () => {
    const topic = fresh("listed");
    const seen = await subscribeAll(topic);
    publisher.session.publish(topic, ["for Python"], {}, { eligible_authid: [python.authid] });
    publisher.session.publish(topic, ["not for Python"], {}, { exclude_authid: [python.authid] });
    publisher.session.publish(topic, ["end"]);
    expect(await untilEnd(seen)).toEqual({
      js: ["not for Python"],
      wampy: ["not for Python"],
      python: ["for Python"],
    });
  });

  test("BWL-05 an empty eligible list admits nobody", async () => {
    const topic = fresh("listed");
    const seen = await subscribeAll(topic);
    publisher.session.publish(topic, ["for nobody"], {}, { eligible: [] });
    publisher.session.publish(topic, ["end"]);
    expect(await untilEnd(seen)).toEqual({ js: [], wampy: [], python: [] });
  });

  test("PEX-01 a publisher that asks for it gets its own event", async () => {
    const topic = fresh("own");
    const own = new Inbox<unknown>();
    await publisher.session.subscribe(topic, ([event]) => own.put(event));
    publisher.session.publish(topic, ["not mine"]);
    publisher.session.publish(topic, ["mine"], {}, { exclude_me: false });
    expect(await own.next()).toBe("mine");
    const { events } = await python.listen(topic);
    await python.publish(topic, args("mine too"), { exclude_me: false });
    expect((await events.next()).args).toEqual(["mine too"]);
  });
});

describe("who published", () => {
  test("PID-01 wampy and autobahn-js disclose who they are to subscribers of every library", async () => {
    const topic = fresh("who");
    const seen = await subscribeAll(topic);
    const other = await cast.wampy();
    await other.publish(topic, ["wampy"], { disclose_me: true });
    await publisher.session.publish(topic, ["js"], {}, { disclose_me: true, acknowledge: true });
    for (const subscriber of Object.values(seen)) {
      for (const session of [other.getSessionId(), publisher.session.id]) {
        const [{ authid, authrole } = {}] = (await python.call("wamp.session.get", args(session))).args as {
          authid?: string;
          authrole?: string;
        }[];
        expect((await subscriber.next()).details).toMatchObject({
          publisher: session,
          publisher_authid: authid,
          publisher_authrole: authrole,
        });
      }
    }
  });

  test("PID-02 where the realm allows no disclosure, autobahn-js is told so", async () => {
    const { session } = await cast.autobahn(cast.elsewhere("discreet"));
    const options = { disclose_me: true, acknowledge: true };
    await expect(session.publish(fresh("who"), [], {}, options)).rejects.toMatchObject({
      error: "wamp.error.option_disallowed.disclose_me",
    });
  });

  test("CID-02 where the realm allows no disclosure, an autobahn-js caller is told so", async () => {
    const { session } = await cast.autobahn(cast.elsewhere("discreet"));
    const procedure = fresh("who");
    await session.register(procedure, () => "never");
    await expect(session.call(procedure, [], {}, { disclose_me: true })).rejects.toMatchObject({
      error: "wamp.error.option_disallowed.disclose_me",
    });
  });
});

describe("payload passthru mode of wampy 8", () => {
  const payloadSerializers = { cbor: new CborSerializer(), msgpack: new MsgpackSerializer() };
  const payload = { argsList: ["secret", 1], argsDict: { nested: { list: [1, 2] } } };
  const passthru = { ppt_scheme: "x_ours", ppt_serializer: "cbor", ppt_cipher: "x_none", ppt_keyid: "key1" };

  test("PPT-03 the four attributes and the payload pass to a subscriber, between serializers too", async () => {
    const topic = fresh("passthru");
    const one = await cast.wampy({ serializer: new CborSerializer(), payloadSerializers });
    const other = await cast.wampy({ serializer: new MsgpackSerializer(), payloadSerializers });
    const events = new Inbox<unknown>();
    await other.subscribe(topic, (event) => events.put(event));
    await one.publish(topic, payload, passthru);
    expect(await events.next()).toEqual({ ...payload, details: passthru });
  });

  test("PPT-03 they pass to a callee, and with its result back", async () => {
    const procedure = fresh("passthru");
    const caller = await cast.wampy({ serializer: new CborSerializer(), payloadSerializers });
    const callee = await cast.wampy({ serializer: new MsgpackSerializer(), payloadSerializers });
    const calls = new Inbox<unknown>();
    const answer = { ...passthru, ppt_serializer: "msgpack", ppt_keyid: "key2" };
    await callee.register(procedure, ({ details, argsList, argsDict }) => {
      calls.put({ details, argsList, argsDict });
      return { argsList: ["answer"], options: answer };
    });
    const result = await caller.call(procedure, payload, passthru);
    expect(await calls.next()).toEqual({ ...payload, details: passthru });
    expect(result).toEqual({ details: answer, argsList: ["answer"] });
  });

  test("PPT-10 subscribers of other libraries get the packed payload as one argument", async () => {
    const topic = fresh("passthru");
    const seen = await subscribeAll(topic);
    const packed = { args: ["packed"], kwargs: { by: "wampy" } };
    const other = await cast.wampy();
    await other.publish(topic, { argsList: packed.args, argsDict: packed.kwargs }, { ppt_scheme: "mqtt" });
    expect((await seen.js.next()).event).toEqual(packed);
    expect((await seen.python.next()).event).toEqual(packed);
    expect(await seen.wampy.next()).toMatchObject({ event: "packed", details: { ppt_scheme: "mqtt" } });
  });

  test("PPT-08 a callee of another library cannot be called so", async () => {
    const procedure = fresh("passthru");
    await js.session.register(procedure, () => "never");
    await expect(wampy.call(procedure, ["packed"], { ppt_scheme: "mqtt" })).rejects.toMatchObject({
      errorUri: "wamp.error.feature_not_supported",
    });
  });
});
