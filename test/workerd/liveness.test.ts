/** Silent sessions in the real object: the alarm ends them through sleep, and the runtime's own answer to `ping` keeps them. */
import { evictDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { ALL_ROLES, Client, upgrade, type Wire } from "./client.ts";
import { pass, ring, stub } from "./object.ts";

afterEach(() => void vi.useRealTimers());

const SILENT = [6, { message: "nothing was heard of this session for 60 seconds" }, "edgebahn.close.silent"];
const JSON_OFFER = { "Sec-WebSocket-Protocol": "wamp.2.json" };

/** A socket that hears texts, be they WAMP or not. */
async function join(
  realm: string,
): Promise<{ socket: WebSocket; heard: string[]; next: () => Promise<string> }> {
  const { webSocket: socket } = await upgrade(`/ws/${realm}`, JSON_OFFER);
  if (!socket) throw new Error("no WebSocket");
  const heard: string[] = [];
  let tell = (): void => {};
  socket.accept();
  socket.addEventListener("message", ({ data }) => {
    heard.push(String(data));
    tell();
  });
  const next = async (): Promise<string> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    return heard.shift() ?? "";
  };
  socket.send(JSON.stringify([1, realm, { roles: ALL_ROLES }]));
  expect(await next()).toMatch(/^\[2,/);
  return { socket, heard, next };
}

test("R8 a session that says nothing ends by the alarm, though the object slept all the while", async () => {
  pass(0);
  const [ghost, watcher] = [await Client.join("quiet1"), await Client.join("quiet1")];
  watcher.send(32, 1, {}, "wamp.session.on_leave");
  const [, , subscription] = await watcher.next();
  for (let n = 0; n < 5; n++) {
    pass(12_000);
    await evictDurableObject(stub("quiet1"));
    watcher.send(16, 1, {}, "com.nobody");
    await watcher.soFar();
    await ring("quiet1");
  }
  expect(await watcher.soFar()).toEqual([]); // 60 seconds, and a quarter of them may be forgotten asleep
  pass(15_000);
  await evictDurableObject(stub("quiet1"));
  await ring("quiet1");
  expect(await ghost.next()).toEqual(SILENT);
  const gone = [ghost.session, expect.any(String), "anonymous"];
  expect(await watcher.next()).toEqual([36, subscription, expect.any(Number), {}, gone]);
  pass(5_000);
  await ring("quiet1");
  expect(await ghost.closed).toEqual({ code: 1008, reason: "" });
});

test("R8 the text `ping` is answered by the runtime, and counts, also when the object slept", async () => {
  pass(-100_000);
  const [pinging, silent] = [await join("quiet2"), await join("quiet2")];
  await ring("quiet2");
  await evictDurableObject(stub("quiet2"));
  vi.useRealTimers(); // the runtime's clock, which stamps its answers, cannot be moved
  pinging.socket.send("ping");
  expect(await pinging.next()).toBe("pong");
  await ring("quiet2");
  expect(JSON.parse(await silent.next())).toEqual(SILENT);
  await ring("quiet2");
  pinging.socket.send(JSON.stringify([48, 7, {}, "wamp.session.count"]));
  expect(JSON.parse(await pinging.next())).toEqual([50, 7, {}, [1]] satisfies Wire);
});

test("R8 in a realm without a limit of silence `ping` is answered too, and joined or not it is no violation", async () => {
  const { webSocket: socket } = await upgrade("/ws/realm90", JSON_OFFER);
  socket?.accept();
  const answer = new Promise((resolve) => socket?.addEventListener("message", ({ data }) => resolve(data)));
  socket?.send("ping");
  expect(await answer).toBe("pong");
  socket?.close();
});

test("RULE-05 S19 of too many sockets that have not joined the oldest is closed", async () => {
  const clients: Client[] = [];
  for (let n = 0; n < 4; n++) clients.push(await Client.connect("/ws/small"));
  const [first, second] = clients;
  expect(await first?.closed).toEqual({ code: 1013, reason: "too many clients are joining: try again" });
  second?.send(1, "small", { roles: ALL_ROLES });
  expect((await second?.next())?.[0]).toBe(2);
});
