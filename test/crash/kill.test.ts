/** The production build on bare workerd with its storage on disk, killed with SIGKILL and started again. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Build, build } from "../../bench/runtime/build.ts";
import { capnp } from "../../bench/runtime/capnp.ts";
import { type Server, serve } from "../../bench/runtime/server.ts";
import { openRealm } from "../open-realm.ts";
import { JsonClient } from "./json-client.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const WORKERD = join(REPOSITORY, "node_modules/workerd/bin/workerd");
const REALM = openRealm("realm1", { eventHistory: [{ uri: "com.kept", match: "prefix", limit: 100 }] });

let folder = "";
let built: Build;
let server: Server | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgebahn-crash-"));
  const made = await build(join(REPOSITORY, "wrangler.toml"), join(folder, "build"));
  built = { ...made, vars: { REALMS: [REALM] } };
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(join(folder, "disk"), { recursive: true, force: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the router, over what its last run left on disk. */
async function start(): Promise<number> {
  await mkdir(join(folder, "disk"), { recursive: true });
  const configFile = join(built.folder, "crash.capnp");
  await writeFile(configFile, capnp(built, join(folder, "disk")));
  server = await serve({ workerd: WORKERD, configFile, inspect: false });
  return server.port;
}

/** `kill -9`: nothing in the process gets to run. */
async function kill(): Promise<void> {
  await server?.stop();
}

test("RULE-13 retained events survive kill -9", async () => {
  const before = await JsonClient.join(await start());
  const [type, , publication] = await before.ask(
    16,
    1,
    { acknowledge: true, retain: true },
    "com.x",
    [1.5, "é"],
    { k: [] },
  );
  expect(type).toBe(17);
  await kill();
  await before.closed;
  const after = await JsonClient.join(await start());
  expect(await after.ask(32, 1, { get_retained: true }, "com.x")).toEqual([33, 1, expect.any(Number)]);
  expect(await after.next()).toEqual([
    36,
    expect.any(Number),
    publication,
    { retained: true },
    [1.5, "é"],
    { k: [] },
  ]);
  after.close();
});

test("RULE-13 event history survives kill -9, in order and with the subscription's id", async () => {
  const before = await JsonClient.join(await start());
  const publications: unknown[] = [];
  for (let n = 1; n <= 5; n++) {
    publications.push((await before.ask(16, n, { acknowledge: true }, `com.kept.${n}`, [n]))[2]);
  }
  const lookup = [48, 6, {}, "wamp.subscription.lookup", ["com.kept", { match: "prefix" }]];
  const [, , , [id] = []] = (await before.ask(...lookup)) as [number, number, object, number[]?];
  await kill();
  const after = await JsonClient.join(await start());
  expect(await after.ask(...lookup)).toEqual([50, 6, {}, [id]]);
  const [, , , events] = await after.ask(48, 7, {}, "wamp.subscription.get_events", [id]);
  expect(events).toEqual(
    publications.map((publication, n) => ({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      subscription: id,
      publication,
      details: { topic: `com.kept.${n + 1}` },
      args: [n + 1],
    })),
  );
  after.close();
});

test("RULE-13 subscriptions and registrations of sessions that the kill ended are gone, their ids are not given again", async () => {
  const before = await JsonClient.join(await start());
  const subscribed = await before.ask(32, 1, {}, "com.x");
  const registered = await before.ask(64, 2, {}, "com.x");
  expect([subscribed[0], registered]).toEqual([33, [65, 2, 1]]);
  await kill();
  const after = await JsonClient.join(await start());
  expect((await after.ask(48, 1, {}, "com.x"))[4]).toBe("wamp.error.no_such_procedure");
  expect(await after.ask(64, 2, {}, "com.x")).toEqual([65, 2, 2]);
  const again = await after.ask(32, 3, {}, "com.x");
  expect(again).toEqual([33, 3, Number(subscribed[2]) + 1]);
  after.close();
});

test("RULE-13 the testament of a session that the kill ended is published when the realm wakes", async () => {
  const before = await JsonClient.join(await start());
  const testament = ["com.kept.will", ["gone"], {}];
  expect(await before.ask(48, 1, {}, "wamp.session.add_testament", testament)).toEqual([50, 1, {}]);
  await kill();
  const after = await JsonClient.join(await start());
  const [, , , [id] = []] = (await after.ask(48, 1, {}, "wamp.subscription.lookup", [
    "com.kept",
    { match: "prefix" },
  ])) as [number, number, object, number[]?];
  const [, , , events] = (await after.ask(48, 2, {}, "wamp.subscription.get_events", [id])) as [
    number,
    number,
    object,
    object[]?,
  ];
  expect(events).toEqual([expect.objectContaining({ details: { topic: "com.kept.will" }, args: ["gone"] })]);
  after.close();
});
