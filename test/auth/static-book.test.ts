/** The configuration's principals as a book: what a look-up costs must not tell who is in it. */
import { afterEach, expect, test, vi } from "vitest";
import { Books } from "../../src/auth/books.ts";
import { DeviceBook } from "../../src/auth/device-book.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { StaticBook } from "../../src/auth/static-book.ts";
import { MemoryDevices } from "./memory-devices.ts";

afterEach(() => vi.restoreAllMocks());

function book(): StaticBook {
  return new StaticBook(
    ["alice", "bob"].map((authid) => ({
      authid,
      authrole: "user",
      credential: { method: "ticket", ticket: `ticket of ${authid}` },
    })),
  );
}

/** How often each look-up digested something, in order. */
async function digests(looking: StaticBook, ...names: readonly string[]): Promise<number[]> {
  const digest = vi.spyOn(crypto.subtle, "digest"); // calls through
  const counts: number[] = [];
  for (const name of names) {
    const before = digest.mock.calls.length;
    await looking.find("ticket", name);
    counts.push(digest.mock.calls.length - before);
  }
  return counts;
}

test("S4 the first look-up digests as much for somebody unknown as for somebody known, and the later ones nothing", async () => {
  expect(await digests(book(), "alice", "nobody", "bob", "alice")).toEqual([2, 0, 0, 0]);
  vi.restoreAllMocks();
  expect(await digests(book(), "nobody", "alice", "nobody", "bob")).toEqual([2, 0, 0, 0]);
});

test("TCK-03 a principal is found with the digest of its own ticket", async () => {
  expect(await book().find("ticket", "bob")).toEqual({
    authid: "bob",
    authrole: "user",
    authprovider: "static",
    credential: { method: "ticket", digest: await digestOf("ticket of bob") },
  });
});

test("AUT-08 somebody is known by whatever method it signs in", () => {
  expect([book().knows("alice"), book().knows("carol")]).toEqual([true, false]);
});

test("TCK-03 a device is known by name, whatever its method and disabled too, in several books as in one", async () => {
  const rows = new MemoryDevices();
  const device = { authid: "s1", authrole: "user", disabled: true, created: 1, changed: 1 };
  rows.put({ ...device, credential: { method: "cryptosign", publicKeys: [] } });
  const books = new Books([book(), new DeviceBook(rows)]);
  const names = ["alice", "s1", "nobody"];
  expect(await Promise.all(names.map((name) => books.knows(name)))).toEqual([true, true, false]);
});
