/** The page of examples/javascript in a real browser, served as its README says. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Chromium, type Page } from "./chromium.ts";
import { autobahnByDefault } from "./client/autobahn-js.ts";
import { args, type Client } from "./client/client.ts";
import { Program } from "./process.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();
const EXAMPLES = join(import.meta.dirname, "../../examples/javascript");

let server: Program;
let browser: Chromium;
let page: Page;
let client: Client;

beforeAll(async () => {
  server = new Program([process.execPath, join(EXAMPLES, "serve.js"), "0"]);
  const [, address = ""] = /^Open (\S+) in a browser$/.exec(await server.line()) ?? [];
  browser = await Chromium.start();
  page = await browser.open(`${address}?url=${encodeURIComponent(router().url)}`);
  await shows("status", /^(Joined|Could not)/);
  client = await autobahnByDefault.open(router());
});
afterAll(async () => {
  await client?.close();
  await browser?.close();
  await server?.interrupt();
});

/** Waits until the element shows a text that the pattern fits. */
function shows(id: string, pattern: RegExp): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => {
      const text = document.getElementById(${JSON.stringify(id)})?.innerText;
      if (${pattern}.test(text)) resolve(text);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    look();
  })`);
}

test("the page joins the realm and subscribes", async () => {
  expect(await shows("status", /./)).toBe("Joined realm1, subscribed to test-topic");
});

test("the page shows what another client publishes", async () => {
  await client.publish("test-topic", args("Message from elsewhere 🚲"));
  expect(await shows("messages", /elsewhere/)).toBe("Message from elsewhere 🚲");
});

test("what the page publishes comes to another client, and not to itself", async () => {
  const { events } = await client.subscribe("test-topic");
  await page.evaluate(`document.getElementById("publish").click()`);
  const [message] = (await events.next()).args;
  expect(message).toMatch(/^Message at time-stamp: \d{4}-/);
  expect(await shows("result", /Published/)).toBe(`Published: ${message}`);
  await client.publish("test-topic", args("the last one"));
  expect(await shows("messages", /last/)).not.toContain("time-stamp");
});

test("the page calls, and shows the result or the error", async () => {
  await page.evaluate(`document.getElementById("call").click()`);
  expect(await shows("result", /add/)).toBe("com.example.add: wamp.error.no_such_procedure");
  await client.register("com.example.add", ({ args: [a, b] }) => args(Number(a) + Number(b)));
  await page.evaluate(`document.getElementById("call").click()`);
  expect(await shows("result", /5/)).toBe("com.example.add: 5");
});
