/** S15: what strangers write cannot pretend to be a line of the log, nor fill it. */
import { describe, expect, test } from "vitest";
import { plain } from "../../src/gateway/log-entry.ts";
import { ROLES } from "./client.ts";
import { arrive, hello, Told } from "./told-method.ts";
import { WireRoom } from "./wire.ts";

const PIECES = [
  "\n",
  "\r\n",
  "\u0000",
  "\u001b[31m",
  "\u001b]0;title\u0007",
  '"',
  '\\"',
  '"}\n{"event":"admin"',
  "\\",
  "\u2028",
  "\u2029",
  "\u0085",
  "\u009b31m",
  "\u007f",
  "\u202e",
  "\u2066",
  "\ufeff",
  "\u200b",
  "\ud800",
  "\udc00",
  "\u{e0041}",
  "😀",
  "</script>",
  "$" + "{x}",
  "%s%n",
];

/** 500 different texts, of which some are very long. */
const HOSTILE = Array.from({ length: 500 }, (_, n) => {
  const one = PIECES[n % PIECES.length] ?? "";
  const other = PIECES[(n * 7 + 3) % PIECES.length] ?? "";
  return `a${one}b${n}${other}`.repeat(n % 5 === 0 ? 120 : 1);
});

/** Whatever some reader may take for the end of a line, or does not show. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

function expectOneLine(entry: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify(entry);
  expect(line).not.toMatch(UNSEEN);
  expect(line.length).toBeLessThan(1_000);
  expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(entry)));
}

describe("hostile texts", () => {
  test("S15 500 in each of authid, realm, method, URI, reason and close give one line for each event, and no more", () => {
    let events = 0;
    for (const text of HOSTILE) {
      const wellFormed = text.toWellFormed();
      const room = new WireRoom({ methods: [new Told({})], settings: { greeting: 65_536 } });
      room.open().say(...hello(wellFormed)); // denied
      room.open().say(1, wellFormed, ROLES); // no such realm
      room.open().say(1, "realm1", { ...ROLES, authmethods: [wellFormed] }); // no such method
      room.open().say(1, "realm1", { ...ROLES, authmethods: ["told"], authid: text }); // perhaps not well-formed
      room.open().say(48, 1, {}, wellFormed); // a violation
      const here = new WireRoom({ methods: [new Told()], settings: { greeting: 65_536 } });
      arrive(here, "alice").say(32, 1, {}, wellFormed).say(48, 2, {}, wellFormed).say(6, {}, wellFormed);
      arrive(here, "bob").say(3, {}, wellFormed);
      expect(here.log).toEqual([]);
      arrive(here, "carol").say(32, 1, { match: wellFormed }, "com.x");
      expect(here.log).toHaveLength(1);
      expect(room.log).toHaveLength(5);
      for (const entry of [...room.log, ...here.log]) expectOneLine(entry);
      events += room.log.length + here.log.length;
    }
    expect(events).toBe(3_000);
  });

  test("S15 takeover and kick name whoever they concern in one line each", () => {
    for (const text of HOSTILE.slice(0, 100).map((each) => each.toWellFormed().slice(0, 900))) {
      const room = new WireRoom({
        methods: [new Told()],
        roles: { user: { singleSession: "newest" } },
        settings: { greeting: 65_536 },
      });
      arrive(room, text);
      arrive(room, text);
      room.gateway.end(() => true, { reason: "wamp.close.killed", message: text });
      expect(room.log.map(({ event }) => event)).toEqual(["replaced", "ended"]);
      for (const entry of room.log) expectOneLine(entry);
    }
  });
});

describe("an entry", () => {
  test("S15 keeps what is harmless as it is", () => {
    const entry = {
      event: "abort",
      session: 101,
      reason: "wamp.error.x",
      message: "Grüße 😀",
      none: undefined,
    };
    expect(plain(entry)).toEqual(entry);
  });

  test("S15 shows what is not seen, and says how long a text was that is cut", () => {
    expect(plain({ event: "x", message: "a\u2028b\u001b[1m" })).toEqual({
      event: "x",
      message: "a\\u{2028}b\\u{1b}[1m",
    });
    expect(plain({ event: "x", message: "y".repeat(1_000) })).toEqual({
      event: "x",
      message: `${"y".repeat(200)}… (1000 characters)`,
    });
    expect(plain({ event: "x", message: `${"y".repeat(199)}😀` }).message).toBe(
      `${"y".repeat(199)}\ufffd… (201 characters)`,
    );
  });

  test("S15 a fault keeps its stack, which may be longer", () => {
    const { error } = plain({ event: "fault", error: `Error: x\n    at y\u2028${"z".repeat(9_000)}` });
    expect(error).toMatch(/^Error: x\n {4}at y\\u\{2028\}z+… \(9018 characters\)$/);
    expect(String(error).length).toBeLessThan(4_100);
  });

  test("S15 a refused HELLO is one line with its reason and the name that it claims, and no address", () => {
    const room = new WireRoom({ methods: [new Told({})] });
    room.open().say(...hello("alice", { authextra: { ticket: "s3cret" } }));
    expect(room.log).toEqual([
      {
        event: "abort",
        session: undefined,
        authid: "alice",
        reason: "wamp.error.authentication_denied",
        message: "the name or the secret is wrong",
      },
    ]);
  });
});
