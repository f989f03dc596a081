/** Whose pages may connect: fifty forms of Origin, and what becomes of each. */
import { describe, expect, test } from "vitest";
import { originAllowed } from "../../src/cloudflare/web-origin.ts";

const ROUTER = new URL("https://router.example/ws");
const LISTED = ["https://app.example", "http://panel.example:8080", "https://xn--mnchen-3ya.example"];

const ALLOWED = [
  "https://router.example",
  "https://app.example",
  "http://panel.example:8080",
  "https://xn--mnchen-3ya.example",
];

const REFUSED = {
  "another host": "https://evil.example",
  "the router's name in front of another": "https://router.example.evil.example",
  "the router's name at the end of another": "https://evilrouter.example",
  "a host below the router's": "https://sub.router.example",
  "the host above": "https://example",
  "the router's name in a user part": "https://router.example@evil.example",
  "the router's name as user and password": "https://router.example:x@evil.example",
  "the router's name in a path": "https://evil.example/router.example",
  "the router's name in a query": "https://evil.example?https://router.example",
  "the router's name in a fragment": "https://evil.example#https://router.example",
  "the router by another scheme": "http://router.example",
  "the router by a socket's scheme": "wss://router.example",
  "the router by ftp": "ftp://router.example",
  "the router's port written out": "https://router.example:443",
  "another port of the router": "https://router.example:8443",
  "port 80 by https": "https://router.example:80",
  "the router in upper case": "https://ROUTER.example",
  "the scheme in upper case": "HTTPS://router.example",
  "a dot at the end of the host": "https://router.example.",
  "a slash at the end": "https://router.example/",
  "a path at the end": "https://router.example/ws",
  "white space in front": " https://router.example",
  "white space behind": "https://router.example ",
  "a tab inside": "https://router\t.example",
  "a new line inside": "https://router.example\n",
  "two origins": "https://router.example https://evil.example",
  "two origins with a comma": "https://router.example, https://evil.example",
  "a backslash": "https:\\\\router.example",
  "one slash": "https:/router.example",
  "no scheme": "router.example",
  "only slashes": "//router.example",
  "the word null": "null",
  "the word undefined": "undefined",
  "nothing at all": "",
  "an asterisk": "*",
  "a host of asterisks": "https://*.router.example",
  "a file": "file:///home/me/page.html",
  "a file without a path": "file://",
  "a data URL": "data:text/html,hi",
  "a blob": "blob:https://router.example/1",
  "an extension": "chrome-extension://abcdefghijklmnop",
  JavaScript: "javascript:alert(1)",
  "a page on somebody's own machine": "http://localhost:3000",
  "a page on somebody's own address": "http://127.0.0.1",
  "a page on somebody's own address in decimal": "http://2130706433",
  "a listed host by another scheme": "http://app.example",
  "a listed host at another port": "https://app.example:8443",
  "a host below a listed one": "https://evil.app.example",
  "a listed port left out": "http://panel.example",
  "a listed name before it was encoded": "https://münchen.example",
  "a percent sign": "https://router%2eexample",
};

describe("over the internet", () => {
  test.each(ALLOWED)("S12 a page of %s may connect", (origin) => {
    expect(originAllowed(origin, ROUTER, LISTED)).toBe(true);
  });

  test.each(Object.entries(REFUSED))("S12 %s is nobody's page", (_what, origin) => {
    expect(originAllowed(origin, ROUTER, LISTED)).toBe(false);
  });

  test("S12 only a list that says so lets every page in", () => {
    for (const origin of [...ALLOWED, ...Object.values(REFUSED)]) {
      expect(originAllowed(origin, ROUTER, ["*"])).toBe(true);
    }
  });
});

test.each(["http://localhost:8080/ws", "http://127.0.0.1:8080/ws", "http://[::1]:8080/ws"])(
  "S12 on a developer's machine, at %s, local pages may connect and no others",
  (router) => {
    for (const origin of [
      "http://localhost:3000",
      "https://localhost",
      "http://127.0.0.1:5173",
      "http://[::1]:1",
    ]) {
      expect(originAllowed(origin, new URL(router), [])).toBe(true);
    }
    for (const origin of [
      "http://localhost.evil.example",
      "http://127.0.0.1.evil.example",
      "null",
      "http://0.0.0.0",
    ]) {
      expect(originAllowed(origin, new URL(router), [])).toBe(false);
    }
  },
);

test("S12 a router reached by plain http trusts its own plain pages only", () => {
  const router = new URL("http://router.example:8080/ws");
  expect(originAllowed("http://router.example:8080", router, [])).toBe(true);
  expect(originAllowed("https://router.example:8080", router, [])).toBe(false);
  expect(originAllowed("http://router.example", router, [])).toBe(false);
});
