/** The Node examples as a reader runs them, and together with those in Python. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { python } from "./client/python.ts";
import { Program } from "./process.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();
const EXAMPLES = join(import.meta.dirname, "../../examples");
const running: Program[] = [];

function example(file: string, serializer = ""): Program {
  const { url, realm } = router();
  const program = new Program([file.endsWith(".py") ? python() : process.execPath, join(EXAMPLES, file)], {
    env: { WAMP_URL: url, WAMP_REALM: realm, WAMP_SERIALIZER: serializer, WAMP_SECONDS: "0.05" },
  });
  running.push(program);
  return program;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.interrupt()));
});

const JS_CALLS = [
  "com.example.add: 5",
  "com.example.greet: Hallo, Ada! (de)",
  'com.example.divide: com.example.error.division_by_zero [1,0] {"hint":"divide by something else"}',
];
const PYTHON_CALLS = [
  "com.example.add: 5",
  "com.example.greet: Hallo, Ada! (de)",
  "com.example.divide: com.example.error.division_by_zero (1, 0) {'hint': 'divide by something else'}",
];

describe.for(["", "json", "msgpack", "cbor"])("with the serializer %o", (serializer) => {
  test("the publisher's first ten messages reach the subscriber in order, and both leave when interrupted", async () => {
    const subscriber = example("javascript/subscriber.js", serializer);
    expect(await subscriber.line()).toBe("Joined realm1, subscribed to test-topic");
    const publisher = example("javascript/publisher.js", serializer);
    expect(await publisher.line()).toBe("Joined realm1, publishing to test-topic");
    const sent = await publisher.take(10);
    for (const message of sent) expect(message).toMatch(/^Message at time-stamp: \d{4}-\d\d-\d\dT/);
    expect(await subscriber.take(10)).toEqual(sent);
    expect(await publisher.interrupt()).toEqual({ code: 0, signal: null });
    expect(await subscriber.interrupt()).toEqual({ code: 0, signal: null });
  });

  test("the caller gets a result, a keyword result and an error from the callee", async () => {
    const callee = example("javascript/callee.js", serializer);
    expect(await callee.line()).toBe("Joined realm1, three procedures registered");
    const caller = example("javascript/caller.js", serializer);
    expect(await caller.take(3)).toEqual(JS_CALLS);
    expect(await caller.ended).toEqual({ code: 0, signal: null });
    expect(await callee.interrupt()).toEqual({ code: 0, signal: null });
  });
});

test.for(["python/publisher.py", "javascript/publisher.js"])(
  "%s reaches a Python and a Node subscriber",
  async (file) => {
    const subscribers = ["javascript/subscriber.js", "python/subscriber.py"].map((each) => example(each));
    for (const subscriber of subscribers) await subscriber.line();
    const publisher = example(file);
    await publisher.line();
    const sent = await publisher.take(10);
    for (const subscriber of subscribers) expect(await subscriber.take(10)).toEqual(sent);
  },
);

test("a Node caller reaches a Python callee, and a Python caller a Node callee", async () => {
  for (const [callee, caller, lines] of [
    ["python/callee.py", "javascript/caller.js", JS_CALLS],
    ["javascript/callee.js", "python/caller.py", PYTHON_CALLS],
  ] as const) {
    const offering = example(callee);
    await offering.line();
    expect(await example(caller).take(3)).toEqual(lines);
    await offering.interrupt();
  }
});

test.for(["javascript/caller.js", "python/caller.py"])(
  "RULE-73 %s says what is wrong where no callee is running, and ends",
  async (file) => {
    const caller = example(file);
    expect(await caller.ended).toEqual({ code: 1, signal: null });
    expect(caller.errors).toContain(
      "wamp.error.no_such_procedure: no procedure com.example.add is registered\n",
    );
  },
);

test("RULE-73 a serializer that there is not is refused by name", async () => {
  const subscriber = example("javascript/subscriber.js", "mesgpack");
  expect(await subscriber.ended).toEqual({ code: 1, signal: null });
  expect(subscriber.errors).toBe("WAMP_SERIALIZER is json, msgpack, cbor, not mesgpack\n");
});

// Node 20 has no WebSocket, and that of the package ends a program that does not listen to its errors.
test.for(["subscriber.js", "devices/device.js", "devices/authenticator.js"])(
  "RULE-73 javascript/%s tries again where nobody answers, in a Node without a WebSocket too",
  async (file) => {
    const nobody = createServer().listen(0, "127.0.0.1");
    await once(nobody, "listening");
    const { port } = nobody.address() as AddressInfo; // of TCP it is one
    nobody.close();
    const url = `ws://127.0.0.1:${port}/ws`;
    const env = {
      WAMP_URL: url,
      AUTHID: "sensor-1",
      TICKET: "ticket",
      SECRET: "secret",
      TENANT_TICKET: "ticket",
    };
    const path = join(EXAMPLES, "javascript", file);
    const program = new Program([process.execPath, "--no-experimental-websocket", path], { env });
    running.push(program);
    await program.error(/ECONNREFUSED.*ECONNREFUSED/s);
    expect(await program.interrupt()).toEqual({ code: 0, signal: null });
    expect(program.errors.match(/ECONNREFUSED/g)).toHaveLength(2); // at once, not after another try
  },
);

test("the folder's own package.json names the versions that are tested here", async () => {
  const read = async (path: string) => JSON.parse(await readFile(path, "utf8"));
  const { dependencies } = await read(join(EXAMPLES, "javascript/package.json"));
  const { devDependencies } = await read(join(EXAMPLES, "../package.json"));
  expect(devDependencies).toMatchObject(dependencies);
});
