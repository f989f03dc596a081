/** What `/` says to whoever comes by with a browser. */
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { landingPage } from "../../src/landing-page.ts";
import { errorOf, farm, SECRETS } from "./scene.ts";

const HERE = new URL("https://router.example/");

/** The page as text, with its entities resolved. */
async function page(config: Parameters<typeof landingPage>[1], url = HERE): Promise<string> {
  return String(await landingPage(url, config));
}

test("RULE-04 a router without a realm says what to set, ready to be copied", async () => {
  const text = await page(readConfig({}));
  expect(text).toContain("It has no realm, so it admits nobody");
  expect(text).toContain("[[vars.REALMS]]\nname = &quot;realm1&quot;\nanonymous = &quot;local&quot;");
  expect(text).not.toContain("wss://");
});

test("RULE-03 a router with a wrong configuration says each path and what to do, and what a realm looks like", async () => {
  const text = await page(errorOf({ REALMS: [{ name: "a", anonymus: 1 }], ADMIN: {} }) ?? readConfig({}));
  expect(text).toContain(
    "<li><code>vars.REALMS[0].anonymus</code>: there is no such setting here; did you mean anonymous?</li>",
  );
  expect(text).toContain("<li><code>vars.ADMIN.secret</code>: the Worker has no secret ADMIN_SECRET;");
  expect(text).toContain("[[vars.REALMS]]");
  expect(text).not.toContain("wss://");
});

test("S16 what stands in the configuration is text to the page", async () => {
  const evil = '<img src=x onerror="alert(1)">';
  const text = await page(errorOf({ REALMS: [{ name: "a", [evil]: 1, anonymous: evil }] }) ?? readConfig({}));
  expect(text).not.toContain("<img");
  expect(text).toContain("&lt;img");
});

test("SES-11 the realm that is told is the one which that address has", async () => {
  const farmRealm = { name: "com.example.farm", hosts: ["farm.example.com"] };
  const realms = [{ name: "realm1" }, farmRealm, { name: "com.höfe" }];
  const config = readConfig({ REALMS: realms });
  for (const [opened, url, realm] of [
    ["https://router.example/ws", "wss://router.example/ws", "realm1"],
    [
      "https://router.example/ws/com.example.farm",
      "wss://router.example/ws/com.example.farm",
      "com.example.farm",
    ],
    ["https://router.example/ws/com.example.barn", "wss://router.example/ws", "realm1"],
    ["http://farm.example.com/", "ws://farm.example.com/ws", "com.example.farm"],
    ["http://farm.example.com/ws/realm1", "ws://farm.example.com/ws/realm1", "realm1"],
    ["https://router.example/ws/com.höfe", "wss://router.example/ws/com.h%C3%B6fe", "com.höfe"],
    ["https://router.example/ws/com.%", "wss://router.example/ws", "realm1"],
  ] as const) {
    expect(await page(config, new URL(opened))).toContain(`url    ${url}\nrealm  ${realm}</pre`);
  }
});

test("S17 a router that is set up says its address and its default realm, and nothing else of its configuration", async () => {
  const config = readConfig({ ...SECRETS, ADMIN: {}, REALMS: [farm(), { name: "hidden-realm" }] });
  const text = await page(config);
  expect(text).toContain("url    wss://router.example/ws\nrealm  com.example.farm");
  for (const told of [
    ...["anonymous", "backend", "hidden-realm", "farm.example.com", "com.farm", "alice", "ADMIN"],
    ...Object.keys(SECRETS),
    ...Object.values(SECRETS),
  ]) {
    expect(text).not.toContain(told);
  }
});

test("S17 on a developer's machine the address is not encrypted", async () => {
  const config = readConfig({ REALMS: [{ name: "realm1" }] });
  expect(await page(config, new URL("http://localhost:8080/"))).toContain("url    ws://localhost:8080/ws");
});
