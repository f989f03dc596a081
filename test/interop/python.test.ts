/** Autobahn|Python over real sockets: first the examples as a reader runs them, then all that a client does. */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Client, Float } from "./client/client.ts";
import { PYTHON_SERIALIZERS, python, pythonByDefault, pythonKinds } from "./client/python.ts";
import { suite } from "./client/suite.ts";
import { Program } from "./process.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();

const EXAMPLES = join(import.meta.dirname, "../../examples/python");
const running: Program[] = [];

/** Starts an example; the empty serializer is Autobahn's own choice. */
function example(file: string, serializer: string): Program {
  const { url, realm } = router();
  const program = new Program([python(), join(EXAMPLES, file)], {
    env: { WAMP_URL: url, WAMP_REALM: realm, WAMP_SERIALIZER: serializer, WAMP_SECONDS: "0.05" },
  });
  running.push(program);
  return program;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.interrupt()));
});

describe("the examples", () => {
  describe.for(["", ...PYTHON_SERIALIZERS])("with the serializer %o", (serializer) => {
    test("the publisher's first ten messages reach the subscriber in order, and both leave when interrupted", async () => {
      const subscriber = example("subscriber.py", serializer);
      expect(await subscriber.line()).toBe("Joined realm1, subscribed to test-topic");
      const publisher = example("publisher.py", serializer);
      expect(await publisher.line()).toBe("Joined realm1, publishing to test-topic");
      const sent = await publisher.take(10);
      for (const message of sent) expect(message).toMatch(/^Message at time-stamp: \d{4}-\d\d-\d\dT/);
      expect(await subscriber.take(10)).toEqual(sent);
      expect(await publisher.interrupt()).toEqual({ code: 0, signal: null });
      expect(await subscriber.interrupt()).toEqual({ code: 0, signal: null });
    });

    test("the caller gets a result, a keyword result and an error from the callee", async () => {
      const callee = example("callee.py", serializer);
      expect(await callee.line()).toBe("Joined realm1, three procedures registered");
      const caller = example("caller.py", serializer);
      expect(await caller.take(3)).toEqual([
        "com.example.add: 5",
        "com.example.greet: Hallo, Ada! (de)",
        "com.example.divide: com.example.error.division_by_zero (1, 0) {'hint': 'divide by something else'}",
      ]);
      expect(await caller.ended).toEqual({ code: 0, signal: null });
      expect(await callee.interrupt()).toEqual({ code: 0, signal: null });
    });
  });

  test("a publisher with Autobahn's own choice reaches subscribers of every serializer", async () => {
    const subscribers = PYTHON_SERIALIZERS.map((serializer) => example("subscriber.py", serializer));
    for (const subscriber of subscribers) await subscriber.line();
    const publisher = example("publisher.py", "");
    await publisher.line();
    const sent = await publisher.take(10);
    for (const subscriber of subscribers) expect(await subscriber.take(10)).toEqual(sent);
  });
});

describe("Autobahn's own tutorials", () => {
  const TUTORIALS = join(import.meta.dirname, "python");

  function tutorial(file: string, ...words: string[]): Program {
    const program = new Program([python(), join(TUTORIALS, file), router().url, ...words]);
    running.push(program);
    return program;
  }

  test("the publisher and the subscriber for Twisted exchange ten events", async () => {
    const subscriber = tutorial("tutorial_twisted.py", "subscriber");
    await subscriber.find(/session attached$/);
    const publisher = tutorial("tutorial_twisted.py", "publisher");
    await publisher.find(/session attached$/);
    // Twisted turns what is printed into lines of its log, each with its time.
    const events: (string | undefined)[] = [];
    while (events.length < 10) events.push((await subscriber.find(/Got event: \d+$/)).split(" ").at(-1));
    expect(events).toEqual(Array.from({ length: 10 }, (_, number) => `${number}`));
  });

  test("a component registers a procedure, calls it and leaves", async () => {
    const component = tutorial("tutorial_component.py");
    expect(await component.find(/Hello/)).toContain("Hello, component!");
    expect(await component.ended).toEqual({ code: 0, signal: null });
  });
});

for (const kind of [pythonByDefault, ...pythonKinds]) suite(kind, router);

describe("values between Python clients", () => {
  const values = [1, new Float(1), 1.5, 2 ** 40, -(2 ** 53) + 1, "🚲 ß", [[], {}], { nested: [null, true] }];
  const octets = Uint8Array.of(0, 255, 128);
  const payload = { args: [...values, octets], kwargs: { octets, one: new Float(1) } };
  let clients: Client[];
  beforeAll(async () => {
    clients = await Promise.all(pythonKinds.map((kind) => kind.open(router())));
  });
  afterAll(() => Promise.all(clients.map((client) => client.close())));

  test.for([...PYTHON_SERIALIZERS.entries()])(
    "SER-11 keep their types from serializer %i, %s, to every other",
    async ([index, serializer]) => {
      const topic = `com.example.types${index}`;
      const subscriptions = await Promise.all(clients.map((client) => client.subscribe(topic)));
      await clients[index]?.publish(topic, payload);
      for (const [other, { events }] of subscriptions.entries()) {
        if (other === index) continue;
        const { args, kwargs } = await events.next();
        expect({ args, kwargs }, `${serializer} to ${PYTHON_SERIALIZERS[other]}`).toEqual(payload);
      }
    },
  );
});
