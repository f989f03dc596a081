/** The grammar of URIs (requirements section 4), as far as it can be seen without a router. */
import { expect, test, vi } from "vitest";
import { parse } from "../../src/wamp/message.ts";
import {
  isReserved,
  MAX_URI_COMPONENTS,
  MAX_URI_LENGTH,
  type MatchPolicy,
  uriFault,
} from "../../src/wamp/uri.ts";

const POLICIES: readonly MatchPolicy[] = ["exact", "prefix", "wildcard"];
const RULES = ["loose", "strict"] as const;

type Grammar = Readonly<{ match?: MatchPolicy; rule?: (typeof RULES)[number] }>;

function valid(uris: readonly string[], { match = "exact", rule = "loose" }: Grammar = {}): void {
  for (const uri of uris) {
    expect(uriFault(uri, match, rule), `${JSON.stringify(uri)} as ${rule} ${match}`).toBeUndefined();
  }
}

function invalid(uris: readonly string[], { match = "exact", rule = "loose" }: Grammar = {}): void {
  const kind = match === "exact" ? "URI" : `${match} pattern`;
  for (const uri of uris) {
    const fault = uriFault(uri, match, rule);
    expect(fault, `${JSON.stringify(uri)} as ${rule} ${match}`).toMatch(new RegExp(`^is not a ${kind}`));
  }
}

test("URI-01 the loose rule wants non-empty components without dot, # or white space, joined by single dots", () => {
  valid([
    "com.äpp.Foo-1/x",
    "a",
    "A:b",
    "com.myapp.topic1",
    "1",
    "_",
    "-",
    "日本.語",
    "com.\u{1F600}.x",
    "a%20b",
    "a$b^c*",
  ]);
  invalid([
    "",
    ".",
    "..",
    ".a",
    "a.",
    "a..b",
    "a b",
    " a",
    "a ",
    "a.b c",
    "a#b",
    "#",
    "a\tb",
    "a\nb",
    "a\r",
    "\va",
    "\fa",
  ]);
});

test("URI-02 the strict rule wants components of 0-9, a-z and _ alone", () => {
  valid(["com.foo_1", "a", "0", "_", "com.myapp.topic1"], { rule: "strict" });
  invalid(["com.Foo", "com.foo-1", "com.äpp", "com.foo/1", "", ".a", "a.", "a..b", "a b", "a#b"], {
    rule: "strict",
  });
});

test("URI-02 the strict rule applies to patterns too", () => {
  valid(["com..x", ".a", "a.", "..", ""], { match: "wildcard", rule: "strict" });
  invalid(["com..X", "com..a-b", ". ", "#."], { match: "wildcard", rule: "strict" });
  valid(["com.app.", "com.ap", ""], { match: "prefix", rule: "strict" });
  invalid(["com.App.", "com..x", ".a", "com.a-"], { match: "prefix", rule: "strict" });
});

test("URI-03 an exact URI has no empty component", () => {
  for (const rule of RULES) {
    valid(["a", "a.b", "a.b.c"], { rule });
    invalid(["", ".", ".a", "a.", "a..b", "a.b.", ".a.b", "a...b"], { rule });
  }
});

test("URI-04 a wildcard pattern may have empty components anywhere", () => {
  for (const rule of RULES) {
    valid(["com..x", ".a", "a.", "..", "", ".", "...", "a..b..c", "com.x", "a...b"], {
      match: "wildcard",
      rule,
    });
  }
  invalid(["a b", "com..x y", "a#b..", "..\n", "\t"], { match: "wildcard" });
});

test("URI-05 a prefix pattern may have an empty component only at its end", () => {
  for (const rule of RULES) {
    valid(["com.app.", "com.app", "com.a", "a", ""], { match: "prefix", rule });
    invalid(["com..x", "com..", "..", ".", ".a", "a..", "com.app.."], { match: "prefix", rule });
  }
  invalid(["a b.", "a#.", "a.\n"], { match: "prefix" });
});

test("URI-09 the grammar reaches the true end of the string, past a trailing newline", () => {
  for (const match of POLICIES) {
    for (const rule of RULES) {
      invalid(["com.foo\n", "com.foo\r\n", "com.foo\u2028", "\ncom.foo", "com.foo\ncom.bar"], {
        match,
        rule,
      });
    }
  }
});

/** The characters with Unicode's White_Space property (PropList.txt). */
const WHITE_SPACE = [
  ...["\u0009", "\u000a", "\u000b", "\u000c", "\u000d", "\u0020", "\u0085", "\u00a0", "\u1680"],
  ...[
    "\u2000",
    "\u2001",
    "\u2002",
    "\u2003",
    "\u2004",
    "\u2005",
    "\u2006",
    "\u2007",
    "\u2008",
    "\u2009",
    "\u200a",
  ],
  ...["\u2028", "\u2029", "\u202f", "\u205f", "\u3000"],
];

test("URI-10 white space is all of Unicode's, and a strict digit is one of ASCII's ten", () => {
  const asTheEngineKnowsIt = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (/\p{White_Space}/u.test(character)) asTheEngineKnowsIt.push(character);
  }
  expect(asTheEngineKnowsIt).toStrictEqual(WHITE_SPACE);
  for (const space of WHITE_SPACE) {
    for (const match of POLICIES) invalid([`com.a${space}b`, space, `com.${space}`], { match });
  }
  valid(["com.a\u200bb", "com.\ufeff", "com.a\u180eb"]); // zero-width characters are not White_Space
  valid(["com.٣"]);
  invalid(["com.٣", "com.३", "com.３"], { rule: "strict" });
});

test("URI-11 the first component `wamp`, whole, is what reserves a URI for the router", () => {
  for (const uri of ["wamp", "wamp.", "wamp.x", "wamp.session.count", "wamp..x", "wamp.error"]) {
    expect(isReserved(uri), uri).toBe(true);
  }
  for (const uri of [
    "",
    "w",
    "wam",
    "wampx",
    "wamp2.x",
    "wamp-x.y",
    "com.wamp.x",
    ".wamp",
    "..",
    "WAMP.x",
    "Wamp",
    "x.wamp",
  ]) {
    expect(isReserved(uri), uri).toBe(false);
  }
});

test("URI-17 a URI stays the characters it was: no case folding, no normalization, no percent-decoding", () => {
  for (const topic of [
    "com.Foo",
    "com.foo",
    "com.e\u0301",
    "com.\u00e9",
    "com.%66oo",
    "com.a%2Eb",
    "com.\ufb01",
  ]) {
    valid([topic]);
    expect(parse({ header: [32, 1, {}, topic], payload: undefined })).toStrictEqual({
      type: "SUBSCRIBE",
      request: 1,
      options: {},
      topic,
    });
  }
  for (const uri of ["wamp%2Ex", "w%61mp.x", "ｗamp.x"]) expect(isReserved(uri)).toBe(false);
});

test("URI-18 the character # is refused everywhere, in patterns too", () => {
  for (const match of POLICIES) {
    for (const rule of RULES) invalid(["#", "a#", "#a", "com.#", "com.a#b.c", "com.#."], { match, rule });
  }
});

test("URI-20 no expression ever sees more than 256 characters, so a hostile URI costs no more than its length", () => {
  const hostile = [
    "a".repeat(1_000_000),
    ".".repeat(1_000_000),
    "a.".repeat(500_000),
    `${"a".repeat(999_999)}#`,
    `${"a.".repeat(499_999)}a\n`,
  ];
  const seen = vi.spyOn(RegExp.prototype, "test");
  try {
    for (const uri of hostile) {
      for (const match of POLICIES) {
        for (const rule of RULES) expect(uriFault(uri, match, rule)).toBe("is longer than 256 characters");
      }
    }
    expect(seen).not.toHaveBeenCalled();
    uriFault("com.x"); // plain: needs none
    uriFault("com.\u00e9.once");
    expect(seen).toHaveBeenCalledExactlyOnceWith("com.\u00e9.once");
  } finally {
    seen.mockRestore();
  }
  for (const rule of RULES) {
    // The longest that the expressions see, shaped to make a backtracking one explode.
    invalid([`${"a".repeat(255)}#`, `${"a.".repeat(127)}a#`, `${"a.".repeat(127)}..`], { rule });
  }
});

test("reliability 3.13 a URI has at most 256 characters", () => {
  expect(MAX_URI_LENGTH).toBe(256);
  for (const match of POLICIES) {
    valid(["a".repeat(256)], { match });
    expect(uriFault("a".repeat(257), match)).toBe("is longer than 256 characters");
  }
});

test("reliability 3.13 a URI has at most 32 components", () => {
  expect(MAX_URI_COMPONENTS).toBe(32);
  const components = (count: number) => Array(count).fill("a").join(".");
  for (const match of POLICIES) {
    valid([components(32)], { match });
    expect(uriFault(components(33), match)).toBe("has more than 32 components");
  }
  valid([".".repeat(31)], { match: "wildcard" });
  expect(uriFault(".".repeat(32), "wildcard")).toBe("has more than 32 components");
});

test("reliability 3.13 a URI has no control characters", () => {
  const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, at) => 0x80 + at)];
  for (const code of controls) {
    for (const match of POLICIES) invalid([`com.a${String.fromCharCode(code)}b`], { match });
  }
});

test("reliability 3.13 a URI is well-formed Unicode: no half of a surrogate pair", () => {
  for (const match of POLICIES) {
    invalid(["com.\ud83d", "com.\ude00", "com.\ude00\ud83d", "\ud83d.\ude00"], { match });
    valid(["com.\ud83d\ude00"], { match });
  }
});

test("reliability 3.15 what is wrong with a URI never repeats the URI", () => {
  const faults = ["com.s3cret ", "s3cret".repeat(100), `s3cret${".a".repeat(40)}`].map((uri) =>
    uriFault(uri),
  );
  for (const fault of faults) expect(fault).toMatch(/^(?!.*s3cret).{10,120}$/);
});
