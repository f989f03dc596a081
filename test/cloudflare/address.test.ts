/** Which requests are upgrades, and which realm their addresses name, before anything else is asked. */
import { expect, test } from "vitest";
import { addressOf, isUpgrade, realmAt } from "../../src/cloudflare/address.ts";

const at = (path: string): string | undefined => realmAt(new URL(path, "https://router.example"));

test.each(["/", "/ws", "/ws/", "/ws?x=/ws/realm2"])(
  "TRN-01 %s names no realm: it is the default one's",
  (path) => {
    expect(at(path)).toBe("");
  },
);

test("TRN-01 what follows /ws/ is the realm's name as it stands", () => {
  expect(at("/ws/com.example.sensors?token=1")).toBe("com.example.sensors");
});

test.each(["/ws/a%2Eb", "/ws/a/b", "/ws/a/", "/wsx", "/api/realms", "/healthz"])(
  "TRN-01 %s is not such an address",
  (path) => {
    expect(at(path)).toBeUndefined();
  },
);

test("TRN-01 an upgrade is to a WebSocket, however that is spelled", () => {
  const asking = (upgrade?: string): boolean =>
    isUpgrade({ headers: new Headers(upgrade === undefined ? {} : { Upgrade: upgrade }) } as Request); // all it reads
  expect([asking("websocket"), asking("WebSocket"), asking("h2c"), asking()]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("TRN-01 an address is read anew where it is another one", () => {
  const read = (url: string): string => addressOf(new Request(url)).href;
  const urls = ["https://one.example/ws", "https://one.example/ws", "https://two.example/ws/x"];
  expect(urls.map(read)).toEqual(urls);
});

test("S15 an address is remembered, but not with a query, which may hold a secret", () => {
  const read = (url: string): URL => addressOf(new Request(url));
  const plain = read("https://one.example/ws");
  expect(read("https://one.example/ws")).toBe(plain);
  const secret = read("https://one.example/ws?token=1");
  expect(secret.search).toBe("?token=1");
  expect(read("https://one.example/ws?token=1")).not.toBe(secret);
  expect(read("https://one.example/ws")).toBe(plain);
});
