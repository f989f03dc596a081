/**
 * TRN-21 at the front desk: the production build on bare workerd, over real TCP. Only there does a client not read: whatever
 * the development server puts between would read for it.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { build } from "../../bench/runtime/build.ts";
import { capnp } from "../../bench/runtime/capnp.ts";
import { type Server, serve } from "../../bench/runtime/server.ts";
import { openRealm } from "../open-realm.ts";

const REPOSITORY = path(import.meta.dirname, "../..");
const WORKERD = path(REPOSITORY, "node_modules/workerd/bin/workerd");
const VARS = { FRONT_DESK: true, REALMS: [openRealm("realm1"), openRealm("realm2")] };
const FEATURES = { roles: { publisher: {}, subscriber: {} } };
const TEXT = "x".repeat(65_536);

let folder = "";
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(path(tmpdir(), "edgebahn-desk-"));
  const made = await build(path(REPOSITORY, "wrangler.toml"), path(folder, "build"));
  const configFile = path(made.folder, "desk.capnp");
  await mkdir(path(folder, "disk"));
  await writeFile(configFile, capnp({ ...made, vars: VARS }, path(folder, "disk")));
  server = await serve({ workerd: WORKERD, configFile, inspect: false });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function join(address: string) {
  const socket = new WebSocket(`ws://localhost:${server.port}${address}`, ["wamp.2.json"], {
    perMessageDeflate: false, // or all that waits would be next to nothing
  });
  const messages: unknown[][] = [];
  const waiting: (() => void)[] = [];
  const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)));
    for (const go of waiting.splice(0)) go();
  });
  const heard = async (isIt: (message: unknown[]) => boolean): Promise<unknown[]> => {
    for (;;) {
      const found = messages.find(isIt);
      if (found) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const say = (...message: unknown[]) => socket.send(JSON.stringify(message));
  await new Promise((resolve) => socket.on("open", resolve));
  say(1, "realm2", FEATURES);
  const [, session] = await heard(([type]) => type === 2);
  return { socket, session, say, heard, closed, messages };
}

test("TRN-21 a client at the front desk that does not read is cut off, and its session leaves", async () => {
  const witness = await join("/ws/realm2");
  const slow = await join("/ws");
  witness.say(32, 1, {}, "wamp.session.on_leave");
  await witness.heard(([type]) => type === 33);
  slow.say(32, 1, {}, "com.x");
  await slow.heard(([type]) => type === 33);
  slow.socket.pause();
  let request = 1;
  const left = witness.heard(([type, , , , args]) => type === 36 && (args as unknown[])[0] === slow.session);
  let isGone = false;
  void left.then(() => {
    isGone = true;
  });
  while (!isGone && request < 2_000) {
    const id = ++request;
    witness.say(16, id, { acknowledge: true }, "com.x", [TEXT]);
    await witness.heard(([type, acknowledged]) => type === 17 && acknowledged === id);
  }
  expect(isGone).toBe(true);
  slow.socket.resume();
  expect(await slow.closed).toBe(1008);
  // What it got has no gap: the first so many events, and then the end.
  const events = slow.messages.filter(([type]) => type === 36).length;
  expect(events).toBeGreaterThan(0);
  expect(events).toBeLessThan(request);
  witness.socket.close();
});
