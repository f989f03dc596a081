import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { proxyDurable } from "itty-durable";
import { expect, test } from "vitest";
import { MOST_REALMS } from "../../src/cloudflare/directory.ts";
import { DirectoryBusy, RealmDirectory, realmNameFault } from "../../src/cloudflare/realm-directory.ts";
import { ADMIN_SECRET } from "../fleet-realm.ts";

let clock = 1_000_000;
const directory = new RealmDirectory(env.DIRECTORY, () => clock);
const object = () => env.DIRECTORY.get(env.DIRECTORY.idFromName("directory"));
/** As the library calls it, without the checks on our side. */
const raw = () => proxyDurable(env.DIRECTORY, { name: "directory", parse: true }).get("directory");

test("RULE-66 a realm that is made is found, with its template and when it was made", async () => {
  clock += 100_000;
  expect(await directory.create("made.one", "fleet")).toBe("created");
  expect(await directory.find("made.one")).toEqual({ name: "made.one", template: "fleet", created: clock });
  expect(await directory.templateOf("made.one")).toBe("fleet");
  expect(await directory.create("made.one", "other")).toBe("exists");
  expect(await directory.find("made.one")).toMatchObject({ template: "fleet" });
});

test("RULE-66 a realm that is removed is not found, and its use does not bring it back", async () => {
  await directory.create("made.two", "fleet");
  expect(await directory.templateOf("made.two")).toBe("fleet");
  expect(await directory.remove("made.two")).toBe(true);
  expect(await directory.remove("made.two")).toBe(false);
  expect(await directory.templateOf("made.two")).toBeUndefined();
  await directory.note("made.two", false);
  expect(await directory.find("made.two")).toBeUndefined();
});

test("RULE-66 what is known of realms survives sleep", async () => {
  clock += 100_000;
  await directory.create("made.three", "fleet");
  await directory.note("made.three", false);
  await directory.note("configured.three", true);
  await evictDurableObject(object());
  expect(await directory.find("made.three")).toEqual({
    name: "made.three",
    template: "fleet",
    created: clock,
    lastUsed: clock,
  });
  expect(await directory.find("configured.three")).toEqual({
    name: "configured.three",
    created: clock,
    lastUsed: clock,
  });
  await directory.remove("made.three");
  await evictDurableObject(object());
  expect(await directory.find("made.three")).toBeUndefined();
});

test("RULE-66 use is noted once a minute and isolate", async () => {
  clock += 100_000;
  const first = clock;
  const lastUsed = async () => (await directory.find("configured.four"))?.lastUsed;
  await directory.note("configured.four", true);
  clock = first + 59_999;
  await directory.note("configured.four", true);
  expect(await lastUsed()).toBe(first);
  clock = first + 60_000;
  await directory.note("configured.four", true);
  expect(await lastUsed()).toBe(first + 60_000);
  expect((await directory.find("configured.four"))?.created).toBe(first);
});

test("RULE-66 a realm that was only used is not one that was made", async () => {
  await directory.note("configured.five", true);
  expect(await directory.templateOf("configured.five")).toBeUndefined();
  expect(await directory.remove("configured.five")).toBe(false);
  expect(await directory.find("configured.five")).toBeDefined();
  expect(await directory.create("configured.five", "fleet")).toBe("created");
});

test("RULE-66 names are listed in order, in pages, whatever characters they have", async () => {
  for (const name of ["zz.c", "zz.é漢\u{1F600}", "zz.a", "zz.__proto__", "zz.%41", "zz.b'\"&?"]) {
    expect(await directory.create(name, "fleet")).toBe("created");
    expect(await directory.templateOf(name)).toBe("fleet");
  }
  const names = async (after: string, limit: number) =>
    (await directory.list(after, limit)).map(({ name }) => name);
  expect(await names("zz", 100)).toEqual([
    "zz.%41",
    "zz.__proto__",
    "zz.a",
    "zz.b'\"&?",
    "zz.c",
    "zz.é漢\u{1F600}",
  ]);
  expect(await names("zz.a", 2)).toEqual(["zz.b'\"&?", "zz.c"]);
});

test("RULE-66 two who make the same realm at once: one made it", async () => {
  const both = await Promise.all(
    ["fleet", "other"].map((template) => directory.create("made.race", template)),
  );
  expect(both.sort()).toEqual(["created", "exists"]);
});

test("RULE-66 an answer is believed for ten seconds, so that a stranger's names cost one call each", async () => {
  clock += 100_000;
  expect(await directory.templateOf("made.late")).toBeUndefined();
  await raw().create("made.late", "fleet", clock); // as another isolate would
  clock += 9_999;
  expect(await directory.templateOf("made.late")).toBeUndefined();
  clock += 1;
  expect(await directory.templateOf("made.late")).toBe("fleet");
});

test.each(["", "a b", "a..b", "wamp", "wamp.x", "a#b", "x".repeat(129), "a\u0000", "a\ud800", "a\nb"])(
  "S18 %j is no name of a realm, and is not even looked up",
  async (name) => {
    expect(realmNameFault(name)).toBeDefined();
    await raw().create(encodeURIComponent(name.toWellFormed()), "fleet", clock);
    expect(await directory.templateOf(name)).toBeUndefined();
  },
);

test("S13 there is a limit of realms", () => {
  expect(MOST_REALMS).toBe(10_000);
});

test("RULE-65 the directory answers nothing but its five calls", async () => {
  await directory.create("made.kept", "fleet");
  for (const path of [
    "do/call/destroy",
    "do/call/reset",
    "do/call/persist",
    "do/call/toJSON",
    "do/call/onLoad",
    "do/call/fetch",
    "do/call/constructor",
    "do/call/setAlarm",
    "do/call/__proto__",
    "do/get-prop/state",
    "do/get-prop/list",
    "do/set/list",
    "do/set/used",
    "do/call/",
    "do/call",
    "",
    "x/call/list",
  ]) {
    const response = await object().fetch(`https://directory/${path}`, { headers: { "do-content": "[]" } });
    expect([path, response.status]).toEqual([path, 403]);
  }
  expect(await directory.find("made.kept")).toMatchObject({ template: "fleet" });
});

test("RULE-65 no address of the Worker reaches the directory, whatever a request names and carries", async () => {
  await directory.create("made.safe", "fleet");
  const before = await directory.list("", 10_000);
  const carried = {
    "do-content": '["made.safe"]',
    "do-name": "directory",
    Authorization: `Bearer ${ADMIN_SECRET}`,
  };
  for (const root of [
    "",
    "/ws",
    "/ws/directory",
    "/api",
    "/api/realms",
    "/api/realms/directory",
    "/directory",
  ]) {
    for (const call of [
      "do/call/remove",
      "do/call/destroy",
      "do/call/list",
      "do/get-prop/state",
      "do/set/list",
    ]) {
      for (const method of ["GET", "POST"]) {
        const response = await exports.default.fetch(`http://localhost${root}/${call}`, {
          method,
          headers: carried,
        });
        expect([root, call, response.status]).toEqual([root, call, 404]);
      }
      const upgrade = await exports.default.fetch(`http://localhost${root}/${call}`, {
        headers: { ...carried, Upgrade: "websocket", "Sec-WebSocket-Protocol": "wamp.2.json" },
      });
      expect(upgrade.status).toBe(404);
    }
  }
  expect(await directory.list("", 10_000)).toEqual(before);
});

test("RULE-05 after twenty names in a second that there are not a stranger's next one is not looked up, a realm's known name is served", async () => {
  clock += 60_000;
  await directory.create("made.busy", "fleet");
  expect(await directory.templateForStranger("made.busy")).toBe("fleet");
  const asked = Array.from({ length: 50 }, (_, n) => directory.templateForStranger(`made.vain${n}`));
  const settled = await Promise.allSettled(asked);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
  expect(settled[20]).toEqual({ status: "rejected", reason: expect.any(DirectoryBusy) });
  expect(await directory.templateForStranger("made.busy")).toBe("fleet");
  expect(await directory.templateForStranger("made.vain0")).toBeUndefined();
  clock += 1_000;
  expect(await directory.templateForStranger("made.vain49")).toBeUndefined();
});

test("RULE-05 look-ups that find something are not counted", async () => {
  clock += 60_000;
  for (let n = 0; n < 25; n++) {
    await directory.create(`made.found${n}`, "fleet");
    expect(await directory.templateForStranger(`made.found${n}`)).toBe("fleet");
  }
});
