/** The Node examples as a reader runs them, and together with those in Python. */
import { readFile } from "node:fs/promises";
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

test("the folder's own package.json names the versions that are tested here", async () => {
  const read = async (path: string) => JSON.parse(await readFile(path, "utf8"));
  const { dependencies } = await read(join(EXAMPLES, "javascript/package.json"));
  const { devDependencies } = await read(join(EXAMPLES, "../package.json"));
  expect(devDependencies).toMatchObject(dependencies);
});
