/** Every socket is cut without a close frame, as a deploy does: stock clients that come back by themselves find their place. */
import autobahn, { type Session } from "autobahn";
import { expect, test } from "vitest";
import { Wampy } from "wampy";
import WebSocket from "ws";
import { autobahnByDefault } from "./client/autobahn-js.ts";
import { args, Inbox } from "./client/client.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();

test("TRN-15 Autobahn connects again, subscribes and registers anew", async () => {
  const { url, realm } = router();
  const joined = new Inbox<Session>();
  const lost = new Inbox<string>();
  const events = new Inbox<unknown>();
  const connection = new autobahn.Connection({ url, realm, initial_retry_delay: 0.01 });
  connection.onclose = (reason) => {
    lost.put(reason);
    return false;
  };
  connection.onopen = async (session) => {
    await session.subscribe("com.example.again", ([event]) => events.put(event));
    await session.register("com.example.again", () => "here");
    joined.put(session);
  };
  connection.open();
  const first = (await joined.next()).id;
  await router().evict("close");
  expect(await lost.next()).toBe("lost");
  const second = (await joined.next()).id;
  expect(second).not.toBe(first);

  const other = await autobahnByDefault.open(router());
  await other.publish("com.example.again", args("after the cut"));
  expect(await events.next()).toBe("after the cut");
  expect(await other.call("com.example.again", args())).toEqual(args("here"));
  await other.close();
  connection.close();
  expect(await lost.next()).toBe("closed");
});

test("TRN-15 wampy connects again, and renews its subscriptions and registrations itself", async () => {
  const { url, realm } = router();
  const again = new Inbox<object>();
  const events = new Inbox<unknown>();
  const wampy = new Wampy(url, {
    realm,
    ws: WebSocket as unknown as NonNullable<ConstructorParameters<typeof Wampy>[1]>["ws"] & object, // as in client/wampy.ts
    reconnectInterval: 10,
    onReconnectSuccess: (details) => again.put(details),
  });
  await wampy.connect();
  await wampy.subscribe("com.example.renewed", ({ argsList = [] }) => events.put(argsList[0]));
  await wampy.register("com.example.renewed", () => ({ argsList: ["here"] }));
  await router().evict("close");
  await again.next();

  const other = await autobahnByDefault.open(router());
  // It says that it is back before it has renewed them.
  await expect
    .poll(() => other.call("com.example.renewed", args()).catch(() => undefined), { timeout: 50_000 })
    .toEqual(args("here"));
  await other.publish("com.example.renewed", args("after the cut"));
  expect(await events.next()).toBe("after the cut");
  await other.close();
  await wampy.disconnect();
});
