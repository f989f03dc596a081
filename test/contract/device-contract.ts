/**
 * What every DeviceStore keeps, whatever it is made of. Imports nothing of Node's, so that it runs inside workerd too. What
 * counts is what a store gives back and what one opened anew over the same rows does.
 */
import { expect, test } from "vitest";
import type { Credential } from "../../src/auth/credential.ts";
import { type Device, type DeviceStore, shapeOf } from "../../src/auth/device-store.ts";

export type OpenDevices = () => DeviceStore;

const KEY = (digit: string): string => digit.repeat(64);
const TICKET: Credential = { method: "ticket", digest: "d".repeat(43) };
const CRA = (salt: string, iterations = 1_000): Credential => ({
  method: "wampcra",
  key: "k",
  salted: { salt, iterations, keylen: 32 },
});
const SCRAM: Credential = {
  method: "wamp-scram",
  kdf: "argon2id13",
  salt: "c2FsdHNhbHRzYWx0c2FsdA==",
  iterations: 3,
  memory: 4096,
  storedKey: "s",
  serverKey: "t",
};
const SIGN = (...publicKeys: string[]): Credential => ({ method: "cryptosign", publicKeys });
const TLS = (...fingerprints: string[]): Credential => ({ method: "tls", fingerprints });

function device(authid: string, credential: Credential = TICKET, rest: Partial<Device> = {}): Device {
  return { authid, authrole: "device", credential, disabled: false, created: 5, changed: 6, ...rest };
}

/** @param withRows gives each test rows of its own, none at first, and a way to open a store over them */
export function deviceContract(
  name: string,
  withRows: (use: (open: OpenDevices) => void) => void | Promise<void>,
): void {
  function promise(title: string, use: (open: OpenDevices) => void): void {
    test(`${title} (${name})`, async () => {
      await withRows(use);
    });
  }

  promise("RULE-60 a realm begins without devices", (open) => {
    const store = open();
    expect(store.find("a")).toBeUndefined();
    expect(store.owner("cryptosign", KEY("a"))).toBeUndefined();
    expect(store.list({ after: "", limit: 10 })).toEqual([]);
    expect(store.count()).toBe(0);
    expect(store.shapes()).toEqual([]);
  });

  promise("RULE-60 every field of every device comes back, from a store opened anew too", (open) => {
    const store = open();
    const all = [
      device("cra", CRA("salt")),
      device("noted", TICKET, { note: "on the roof", disabled: true, created: 1_790_000_000_000 }),
      device("scram", SCRAM, { authrole: "other" }),
      device("sign", SIGN(KEY("a"), KEY("b"))),
      device("ticket"),
      device("tls", TLS(KEY("a"))),
    ];
    for (const each of all) store.put(each);
    for (const opened of [store, open()]) {
      expect(opened.list({ after: "", limit: 10 })).toEqual(all);
      expect(all.map(({ authid }) => opened.find(authid))).toEqual(all);
      expect(opened.count()).toBe(6);
    }
  });

  promise("RULE-60 a device is listed after those before it, in the order of code points", (open) => {
    const store = open();
    const names = ["a", "b", "z", "é", "￦", "\u{1F600}"];
    for (const authid of [...names].reverse()) store.put(device(authid));
    const listed = (after: string, limit: number) => store.list({ after, limit }).map(({ authid }) => authid);
    expect(listed("", 10)).toEqual(names);
    expect(listed("b", 2)).toEqual(["z", "é"]);
    expect(listed("￦", 10)).toEqual(["\u{1F600}"]);
    expect(listed("", 0)).toEqual([]);
    expect(listed("\u{1F600}", 10)).toEqual([]);
  });

  promise(
    "CRY-02 a key tells whose it is, by its own method only, whether or not the device is disabled",
    (open) => {
      const store = open();
      store.put(device("one", SIGN(KEY("a"), KEY("b")), { disabled: true }));
      store.put(device("two", TLS(KEY("a"))));
      for (const opened of [store, open()]) {
        expect(opened.owner("cryptosign", KEY("a"))).toBe("one");
        expect(opened.owner("cryptosign", KEY("b"))).toBe("one");
        expect(opened.owner("tls", KEY("a"))).toBe("two");
        expect(opened.owner("tls", KEY("b"))).toBeUndefined();
      }
    },
  );

  promise("RULE-60 what replaces a device replaces its keys, its method and its note", (open) => {
    const store = open();
    store.put(device("one", SIGN(KEY("a"), KEY("b")), { note: "old" }));
    store.put(device("one", SIGN(KEY("b"), KEY("c"))));
    expect(open().find("one")).toEqual(device("one", SIGN(KEY("b"), KEY("c"))));
    expect(["a", "b", "c"].map((digit) => open().owner("cryptosign", KEY(digit)))).toEqual([
      undefined,
      "one",
      "one",
    ]);
    store.put(device("one", TLS(KEY("b"))));
    expect(open().owner("cryptosign", KEY("b"))).toBeUndefined();
    expect(open().owner("tls", KEY("b"))).toBe("one");
    expect(open().count()).toBe(1);
    store.put(device("two", SIGN(KEY("b"))));
    expect(open().owner("cryptosign", KEY("b"))).toBe("two");
  });

  promise(
    "RULE-60 a device that is removed is gone with its keys, and removing it twice does nothing more",
    (open) => {
      const store = open();
      store.put(device("one", SIGN(KEY("a"))));
      store.put(device("two", SIGN(KEY("b"))));
      expect(store.count()).toBe(2);
      store.remove("one");
      store.remove("one");
      store.remove("nobody");
      for (const opened of [store, open()]) {
        expect(opened.find("one")).toBeUndefined();
        expect(opened.owner("cryptosign", KEY("a"))).toBeUndefined();
        expect(opened.owner("cryptosign", KEY("b"))).toBe("two");
        expect(opened.count()).toBe(1);
      }
    },
  );

  promise("AUT-08 each shape is told once, while a device that is not disabled has it", (open) => {
    const store = open();
    const shapes = (opened: DeviceStore) => new Set(opened.shapes().map((each) => JSON.stringify(each)));
    const expected = (...credentials: Credential[]) =>
      new Set(credentials.map((each) => JSON.stringify(shapeOf(each))));
    expect(store.shapes()).toEqual([]); // from here on it has been asked
    store.put(device("one", CRA("salt")));
    store.put(device("two", CRA("tlas")));
    store.put(device("three", CRA("salt", 2_000)));
    store.put(device("four", SCRAM));
    store.put(device("five", TICKET, { disabled: true }));
    for (const opened of [store, open()]) {
      expect(opened.shapes()).toHaveLength(3);
      expect(shapes(opened)).toEqual(expected(CRA("salt"), CRA("salt", 2_000), SCRAM));
    }
    store.put(device("three", CRA("salt", 2_000), { disabled: true }));
    store.put(device("one", TICKET));
    store.put(device("one", TICKET));
    for (const opened of [store, open()])
      expect(shapes(opened)).toEqual(expected(CRA("salt"), SCRAM, TICKET));
    store.remove("two");
    store.remove("four");
    for (const opened of [store, open()]) expect(shapes(opened)).toEqual(expected(TICKET));
    store.remove("one");
    for (const opened of [store, open()]) expect(opened.shapes()).toEqual([]);
  });
}
