/** S6: how often somebody may guess. */
import { describe, expect, test } from "vitest";
import { Attempts, DEFAULT_ATTEMPT_SETTINGS, type Who } from "../../src/gateway/attempts.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { MemoryAttempts } from "./memory-attempts.ts";

const DENIED = new Refusal("wamp.error.authentication_denied", "the name or the secret is wrong");
const ALICE: Who = { authid: "alice", address: "192.0.2.1" };

interface Judged {
  readonly who: Who;
  readonly at: number;
}

/** Attempts with a clock, and a judge that denies, which writes down whom it judged. */
function scene(settings = DEFAULT_ATTEMPT_SETTINGS) {
  const store = new MemoryAttempts();
  const clock = { now: 1_000_000 };
  const judged: Judged[] = [];
  const make = () => new Attempts(store, settings, () => clock.now);
  const attempts = { current: make() };
  const deny = (who: Who): never => {
    judged.push({ who, at: clock.now });
    throw DENIED;
  };
  /** Guesses wrongly. Returns what it is told. */
  const guess = (who: Who = ALICE): string => {
    try {
      attempts.current.judge(who, () => deny(who));
    } catch (error) {
      if (error instanceof Refusal && error.reason === DENIED.reason) return error.message;
      throw error;
    }
    throw new Error("a guess was admitted");
  };
  const sleep = () => {
    attempts.current = make();
  };
  return { store, clock, judged, attempts, guess, sleep };
}

const tooOften = (seconds: number) =>
  `the limit of failed sign-ins a minute of one name at one address is 10: try again in ${seconds} s`;

describe("guesses in turn", () => {
  test("S6 the tenth failure is judged, the eleventh is not, and it is told when to try again", () => {
    const { guess, judged, clock } = scene();
    for (let n = 0; n < 10; n++) expect(guess()).toBe(DENIED.message);
    expect(guess()).toBe(tooOften(60));
    clock.now += 17_001;
    expect(guess()).toBe(tooOften(43));
    expect(judged).toHaveLength(10);
    clock.now += 42_998;
    expect(guess()).toBe(tooOften(1));
    clock.now += 1;
    expect(guess()).toBe(DENIED.message);
    expect(judged).toHaveLength(11);
  });

  test("S6 in no minute more than ten are judged, wherever it begins", () => {
    const { guess, judged, clock } = scene();
    for (let n = 0; n < 2_000; n++) {
      guess();
      clock.now += 97;
    }
    const most = Math.max(
      ...judged.map(({ at }) => judged.filter((other) => other.at >= at && other.at < at + 60_000).length),
    );
    expect(most).toBe(10);
    expect(judged.length).toBeGreaterThan(30); // 194 seconds
  });

  test("S6 sleep gives nobody new guesses", () => {
    const { guess, judged, sleep } = scene();
    for (let n = 0; n < 10; n++) {
      guess();
      sleep();
    }
    expect(guess()).toBe(tooOften(60));
    expect(judged).toHaveLength(10);
  });

  test("S6 another name at the address, and the name elsewhere, have guesses of their own", () => {
    const { guess } = scene();
    for (let n = 0; n < 11; n++) guess();
    expect(guess({ ...ALICE, authid: "bob" })).toBe(DENIED.message);
    expect(guess({ ...ALICE, address: "192.0.2.2" })).toBe(DENIED.message);
    expect(guess()).toBe(tooOften(60));
  });

  test("S6 an address has a hundred failures, whatever the names", () => {
    const { guess, judged } = scene();
    for (let n = 0; n < 100; n++) expect(guess({ ...ALICE, authid: `device-${n}` })).toBe(DENIED.message);
    expect(guess({ ...ALICE, authid: "device-100" })).toBe(
      "the limit of failed sign-ins a minute of one address is 100: try again in 60 s",
    );
    expect(judged).toHaveLength(100);
    expect(guess({ ...ALICE, address: "192.0.2.2" })).toBe(DENIED.message);
  });

  test("S6 those whose address is not known share one, and so do those without a name", () => {
    const { guess } = scene();
    for (let n = 0; n < 10; n++) guess({ authid: "alice", address: undefined });
    expect(guess({ authid: "alice", address: undefined })).toBe(tooOften(60));
    expect(guess({ authid: "bob", address: undefined })).toBe(DENIED.message);
  });

  test("S6 10,000 guesses from one address and from a hundred, while the real device gets in", () => {
    const { guess, judged, clock, attempts } = scene();
    const addresses = Array.from({ length: 100 }, (_, n) => `198.51.100.${n}`);
    for (let n = 0; n < 10_000; n++) {
      guess({ authid: "device", address: "203.0.113.1" });
      guess({ authid: "device", address: addresses[n % 100] });
      clock.now += 6; // the last guess is a minute after the first
      if (n % 1_000 === 0) {
        const real: Who = { authid: "device", address: "192.0.2.7" };
        expect(attempts.current.judge(real, () => "welcome")).toBe("welcome");
      }
    }
    const perAddress = new Map<string | undefined, number>();
    for (const { who, at } of judged) {
      if (at < 1_060_000) perAddress.set(who.address, (perAddress.get(who.address) ?? 0) + 1);
    }
    expect(perAddress.size).toBe(101);
    expect(new Set(perAddress.values())).toEqual(new Set([10]));
  });
});

describe("whose guesses they are", () => {
  test("S6 a name that is spelled in another way is the same name", () => {
    const { guess, judged } = scene();
    const spellings = ["alice", "ali\u00adce", "\u00adalice", "\uff41lice", "alic\uff45", "a\u200dlice"];
    for (let n = 0; n < 10; n++) {
      guess({ ...ALICE, authid: spellings[n % spellings.length] ?? "alice" });
    }
    for (const authid of spellings) expect(guess({ ...ALICE, authid })).toBe(tooOften(60));
    expect(guess({ ...ALICE, authid: `${"\u00ad".repeat(300)}alice` })).toBe(tooOften(60));
    expect(judged).toHaveLength(10);
  });

  test("S6 a name that cannot be prepared counts as it is written", () => {
    const { guess, judged } = scene();
    for (let n = 0; n < 10; n++) guess({ ...ALICE, authid: "alice\u0007" });
    expect(guess({ ...ALICE, authid: "alice\u0007" })).toBe(tooOften(60));
    expect(guess({ ...ALICE, authid: "alice" })).toBe(DENIED.message);
    expect(judged).toHaveLength(11);
  });

  test.each([undefined, ""])("S6 whoever names nobody (%j) has the limit of the address alone", (authid) => {
    const { guess, judged } = scene();
    for (let n = 0; n < 100; n++) expect(guess({ ...ALICE, authid })).toBe(DENIED.message);
    expect(guess({ ...ALICE, authid })).toBe(
      "the limit of failed sign-ins a minute of one address is 100: try again in 60 s",
    );
    expect(judged).toHaveLength(100);
  });
});

describe("what counts", () => {
  test("S6 success counts for nothing, and writes nothing", () => {
    const { attempts, store } = scene();
    for (let n = 0; n < 500; n++) expect(attempts.current.judge(ALICE, () => n)).toBe(n);
    expect(store.writes).toBe(0);
  });

  test("S6 success gives back no guesses that failed", () => {
    const { attempts, guess } = scene();
    for (let n = 0; n < 10; n++) {
      attempts.current.judge(ALICE, () => "welcome");
      guess();
    }
    expect(guess()).toBe(tooOften(60));
  });

  test.each([
    ["wamp.error.authentication_denied", true],
    ["wamp.error.no_such_principal", true],
    ["wamp.error.authentication_failed", false],
    ["wamp.error.no_such_role", false],
  ])("S6 a sign-in that is refused with %s counts: %s", (reason, counts) => {
    const { attempts, store } = scene();
    const refuse = () => {
      throw new Refusal(reason, "no");
    };
    for (let n = 0; n < 12; n++) expect(() => attempts.current.judge(ALICE, refuse)).toThrow(Refusal);
    expect(store.rows.size).toBe(counts ? 2 : 0);
  });

  test("S6 a fault of ours counts for nothing", async () => {
    const { attempts, store } = scene();
    const fault = () => {
      throw new Error("the directory is down");
    };
    for (let n = 0; n < 12; n++) expect(() => attempts.current.judge(ALICE, fault)).toThrow("directory");
    for (let n = 0; n < 12; n++) {
      await expect(attempts.current.judge(ALICE, async () => fault())).rejects.toThrow("directory");
    }
    expect(store.writes).toBe(0);
  });

  test("S6 rows are short, however long or odd the name, and different names never share one", () => {
    const { guess, store } = scene();
    const odd = ['"', '","', "a\u0000b", "\ud800", "x".repeat(4_000), "[", "192.0.2.1"];
    for (const authid of odd) {
      for (let n = 0; n < 10; n++) expect(guess({ authid, address: "192.0.2.1" })).toBe(DENIED.message);
      expect(guess({ authid, address: "192.0.2.1" })).toBe(tooOften(60));
    }
    expect(store.rows.size).toBe(odd.length + 1);
    for (const [key, failures] of store.rows) {
      expect(key.length).toBeLessThan(400);
      expect(key.isWellFormed()).toBe(true);
      expect(failures.length).toBeLessThanOrEqual(100);
    }
  });

  test("S6 a name and an address cannot be told apart wrongly", () => {
    const { guess, store } = scene();
    guess({ authid: "b", address: 'a","' });
    guess({ authid: '","b', address: "a" });
    expect(store.rows.size).toBe(4);
  });

  test("S6 what is a minute old is forgotten, and there is a most to what is kept", () => {
    const { guess, store, clock } = scene({ ...DEFAULT_ATTEMPT_SETTINGS, keys: 50 });
    for (let n = 0; n < 1_000; n++) {
      guess({ authid: "alice", address: `10.0.0.${n}` });
      clock.now += 1;
    }
    expect(store.rows.size).toBeLessThanOrEqual(50 + 2 * 100);
    clock.now += 60_000;
    for (let n = 0; n < 100; n++) guess({ authid: `n${n}`, address: "10.1.0.0" });
    expect([...store.rows.keys()].filter((key) => key.includes("10.0.0."))).toEqual([]);
  });

  test("S6 a failure that cannot be written down is not forgotten while the realm is awake", () => {
    const { attempts, store, judged } = scene();
    store.broken = true;
    const deny = () => {
      judged.push({ who: ALICE, at: 0 });
      throw DENIED;
    };
    for (let n = 0; n < 10; n++) expect(() => attempts.current.judge(ALICE, deny)).toThrow("SQLITE_FULL");
    void attempts.current.judge(ALICE, deny); // waits for those that were never given back
    expect(judged).toHaveLength(10);
  });
});

/** A judge that decides when the test says so. */
function slowly(attempts: Attempts) {
  const pending: {
    readonly resolve: (verdict: string) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  const outcomes: string[] = [];
  const judge = () => new Promise<string>((resolve, reject) => pending.push({ resolve, reject }));
  const come = (name: string, who: Who = ALICE) => {
    const told = (error: unknown) =>
      outcomes.push(`${name}: ${error instanceof Error ? error.message : "?"}`);
    try {
      void Promise.resolve(attempts.judge(who, judge)).then(
        (verdict) => outcomes.push(`${name}: ${verdict}`),
        told,
      );
    } catch (error) {
      told(error);
    }
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { pending, outcomes, come, settled };
}

describe("guesses at once", () => {
  test("S6 of a hundred at once ten are judged; when they failed the others are refused", async () => {
    const { attempts, store } = scene();
    const { pending, outcomes, come, settled } = slowly(attempts.current);
    for (let n = 0; n < 100; n++) come(`${n}`);
    await settled();
    expect(pending).toHaveLength(10);
    for (const { reject } of pending) reject(DENIED);
    await settled();
    expect(pending).toHaveLength(10);
    expect(outcomes).toHaveLength(100);
    expect(outcomes.filter((each) => each.endsWith(DENIED.message))).toHaveLength(10);
    expect(outcomes.filter((each) => each.endsWith(tooOften(60)))).toHaveLength(90);
    expect(store.writes).toBe(20);
  });

  test("S6 those who know the secret wait for their turn, in order, and all get in", async () => {
    const { attempts, store } = scene();
    const { pending, outcomes, come, settled } = slowly(attempts.current);
    const names = Array.from({ length: 35 }, (_, n) => `${n}`);
    for (const name of names) come(name);
    for (let done = 0; done < 35; done++) {
      await settled();
      expect(pending.length).toBe(Math.min(35, done + 10));
      pending[done]?.resolve("welcome");
    }
    await settled();
    expect(outcomes).toEqual(names.map((name) => `${name}: welcome`));
    expect(store.writes).toBe(0);
    come("later");
    await settled();
    expect(pending).toHaveLength(36);
  });

  test("S6 a failure takes the turn of one who waits, not of all", async () => {
    const { attempts } = scene();
    const { pending, outcomes, come, settled } = slowly(attempts.current);
    for (let n = 0; n < 12; n++) come(`${n}`);
    pending[0]?.reject(DENIED);
    await settled();
    expect(pending).toHaveLength(10); // nine are judged and one has failed
    pending[1]?.resolve("welcome");
    await settled();
    expect(pending).toHaveLength(11);
    expect(outcomes).toEqual([`0: ${DENIED.message}`, "1: welcome"]);
  });

  test("S6 whoever waits for its own name holds up nobody at its address", async () => {
    const { attempts } = scene();
    const { pending, come, settled } = slowly(attempts.current);
    for (let n = 0; n < 12; n++) come(`alice ${n}`);
    for (let n = 0; n < 89; n++) come(`device ${n}`, { authid: `device-${n}`, address: "192.0.2.1" });
    come("the last", { authid: "device-89", address: "192.0.2.1" });
    await settled();
    expect(pending).toHaveLength(100); // the hundred that an address may have: 10 + 89 + 1
    come("one too many", { authid: "device-90", address: "192.0.2.1" });
    come("elsewhere", { authid: "device-91", address: "192.0.2.2" });
    await settled();
    expect(pending).toHaveLength(101);
    pending[50]?.resolve("welcome");
    await settled();
    expect(pending).toHaveLength(102);
  });

  test("S6 5,000 at once from one address with the right secret all get in", async () => {
    const { attempts } = scene();
    let welcomed = 0;
    const one = async (n: number) => {
      await attempts.current.judge({ authid: `device-${n}`, address: "192.0.2.1" }, async () => {
        await Promise.resolve();
        return "welcome";
      });
      welcomed++;
    };
    await Promise.all(Array.from({ length: 5_000 }, (_, n) => one(n)));
    expect(welcomed).toBe(5_000);
  });

  test("S6 5,000 wrong at once for one name cost ten judgements, and soon all know", async () => {
    const { attempts, judged } = scene();
    let refused = 0;
    const one = async () => {
      try {
        await attempts.current.judge(ALICE, async () => {
          judged.push({ who: ALICE, at: 0 });
          await Promise.resolve();
          throw DENIED;
        });
      } catch {
        refused++;
      }
    };
    await Promise.all(Array.from({ length: 5_000 }, one));
    expect([judged.length, refused]).toEqual([10, 5_000]);
  });
});
