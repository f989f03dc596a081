/**
 * The rules for elements, options and details (requirements section 2.1), tried on every message a client may send, and
 * the roles of HELLO and WELCOME.
 */
import { expect, test } from "vitest";
import { parse, type RouterMessage, unparse } from "../../src/wamp/message.ts";
import type { Payload } from "../../src/wamp/payload.ts";
import { violation } from "./violation.ts";

const ARGS: Payload = { format: "json", count: 1, body: '["a",1]' };
const TEXT_OF_2MB = "x".repeat(2_000_000);
const roles = { caller: {} };

/** The kinds of elements in a header. */
type Kind = "realm" | "id" | "type" | "dict" | "text";
/** Every message a client may send: its name, a shortest header, and the kind of each element after the type code. */
const FROM_CLIENT: readonly (readonly [string, readonly unknown[], readonly Kind[]])[] = [
  ["HELLO", [1, "realm1", { roles }], ["realm", "dict"]],
  ["ABORT", [3, {}, "com.r"], ["dict", "text"]],
  ["AUTHENTICATE", [5, "s", {}], ["text", "dict"]],
  ["GOODBYE", [6, {}, "com.r"], ["dict", "text"]],
  ["ERROR", [8, 68, 7, {}, "com.e"], ["type", "id", "dict", "text"]],
  ["PUBLISH", [16, 1, {}, "com.x"], ["id", "dict", "text"]],
  ["SUBSCRIBE", [32, 1, {}, "com.x"], ["id", "dict", "text"]],
  ["UNSUBSCRIBE", [34, 1, 5], ["id", "id", "dict"]],
  ["CALL", [48, 1, {}, "com.p"], ["id", "dict", "text"]],
  ["CANCEL", [49, 1, {}], ["id", "dict"]],
  ["REGISTER", [64, 1, {}, "com.p"], ["id", "dict", "text"]],
  ["UNREGISTER", [66, 1, 5], ["id", "id", "dict"]],
  ["YIELD", [70, 1, {}], ["id", "dict"]],
  ["EVENT_RECEIVED", [337, 9], ["id"]],
];

const OCTETS = Uint8Array.of(1, 2);
/** Values that are not of the kind. */
const WRONG: Readonly<Record<Kind, readonly unknown[]>> = {
  realm: [undefined, 1, true, ["realm1"], {}, OCTETS],
  id: [
    undefined,
    null,
    0,
    -1,
    1.5,
    2 ** 53 + 2,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1",
    1n,
    true,
    [1],
    {},
  ],
  type: [undefined, null, 48, "68", true, [68], {}],
  dict: ["{}", 0, 1, 1n, true, false, [], [{}], OCTETS],
  text: [undefined, null, 0, 1, true, ["com.x"], {}, OCTETS],
};

/** `header` with another value at `at`. */
const withElement = (header: readonly unknown[], at: number, value: unknown): unknown[] => {
  const changed = [...header];
  changed[at] = value;
  return changed;
};

/** The option `key` of a message must refuse each value of `wrong`, naming itself, and keep each value of `right`. */
function option(
  header: readonly unknown[],
  key: string,
  wrong: readonly unknown[],
  right: readonly unknown[],
): void {
  const at = header.findIndex((element, index) => index > 0 && typeof element === "object");
  const name = FROM_CLIENT.find(([, [code]]) => code === header[0])?.[0];
  const plain = parse({ header, payload: undefined });
  for (const value of wrong) {
    const place = new RegExp(`^${name}\\.Options\\.${key}(\\[\\d+\\])? must be `);
    violation(withElement(header, at, { [key]: value }), place);
  }
  for (const value of right) {
    const changed = { header: withElement(header, at, { [key]: value }), payload: undefined };
    expect(parse(changed)).toStrictEqual({ ...plain, options: { [key]: value } });
  }
  for (const absent of [undefined, null]) {
    const changed = { header: withElement(header, at, { [key]: absent }), payload: undefined };
    expect(parse(changed)).toStrictEqual(plain);
  }
}

const NOT_BOOLEAN = [0, 1, "true", "false", "", [], [true], {}];
const NOT_TEXT = [0, 1, true, ["x"], {}, OCTETS];
const NOT_LIST_OF_IDS = ["hello", 1, true, {}, ["1"], [0], [-1], [1.5], [true], [null], [1, "2"], [[1]]];
const NOT_LIST_OF_TEXTS = ["hello", 1, true, {}, [1], [true], [null], ["a", 1], [["a"]]];
const NOT_LIST_OF_DICTS = ["hello", 1, true, {}, [1], ["a"], [[]], [null], [undefined], [{}, 1]];
const FORWARD_FOR = [[], [{}], [{ session: 123, authid: "router1", authrole: "router" }]];

const PUBLISH = [16, 1, {}, "com.x"];
const SUBSCRIBE = [32, 1, {}, "com.x"];
const CALL = [48, 1, {}, "com.p"];
const REGISTER = [64, 1, {}, "com.p"];

test("MSG-30 a message with too few or too many elements is a violation", () => {
  for (const [name, shortest, kinds] of FROM_CLIENT) {
    expect(parse({ header: shortest, payload: undefined }).type).toBe(name);
    for (let length = 1; length < shortest.length; length++) {
      violation(shortest.slice(0, length), `${name} does not have ${length} elements`);
    }
    const longest = [...shortest, ...Array(1 + kinds.length - shortest.length).fill({})];
    expect(parse({ header: longest, payload: undefined }).type).toBe(name);
    violation([...longest, {}], `${name} does not have ${longest.length + 1} elements`);
  }
});

test("MSG-31 an element of another type is a violation that names the message and the element", () => {
  for (const [name, shortest, kinds] of FROM_CLIENT) {
    for (const [index, kind] of kinds.entries()) {
      for (const wrong of WRONG[kind]) {
        violation(withElement(shortest, index + 1, wrong), new RegExp(`^${name}\\.[A-Z]\\w+ must be `));
      }
    }
  }
});

test("reliability 3.15 what a violation says never repeats a string the peer sent", () => {
  for (const header of [
    [16, TEXT_OF_2MB, {}, "com.x"],
    [32, 1, { match: TEXT_OF_2MB }, "com.x"],
    [1, "realm1", { roles, authextra: "s3cret" }],
    [5, ["s3cret"], {}],
  ]) {
    expect(() => parse({ header, payload: undefined })).toThrow(/^(?!.*(s3cret|xxx)).{1,120}$/);
  }
});

test("MSG-32 a boolean option is true or false; 0, 1 and strings are violations", () => {
  const flags = [
    ...["acknowledge", "exclude_me", "disclose_me", "retain"].map((key) => [PUBLISH, key] as const),
    [SUBSCRIBE, "get_retained"] as const,
    ...["receive_progress", "progress", "disclose_me"].map((key) => [CALL, key] as const),
    ...["disclose_caller", "forward_timeout"].map((key) => [REGISTER, key] as const),
    [[70, 1, {}], "progress"] as const,
  ];
  for (const [header, key] of flags) option(header, key, NOT_BOOLEAN, [true, false]);
});

test("MSG-33 a wrongly typed PUBLISH option is a violation; empty lists are not", () => {
  for (const key of ["acknowledge", "exclude_me", "retain"]) option(PUBLISH, key, NOT_BOOLEAN, [true, false]);
  for (const key of ["exclude", "eligible"]) {
    option(PUBLISH, key, NOT_LIST_OF_IDS, [[], [1], [1, 2 ** 53]]);
  }
  for (const key of ["exclude_authid", "exclude_authrole", "eligible_authid", "eligible_authrole"]) {
    option(PUBLISH, key, NOT_LIST_OF_TEXTS, [[], [""], ["joe", "ann"]]);
  }
  option(PUBLISH, "transaction_hash", NOT_TEXT, ["", "abc123"]);
  option(PUBLISH, "forward_for", NOT_LIST_OF_DICTS, FORWARD_FOR);
  option(
    PUBLISH,
    "enc_algo",
    [...NOT_TEXT, "", "invalid", "Cryptobox", "x"],
    ["cryptobox", "mqtt", "xbr", "x_my"],
  );
});

test("MSG-34 a wrongly typed SUBSCRIBE option is a violation", () => {
  option(
    SUBSCRIBE,
    "match",
    [...NOT_TEXT, "", "invalid", "Exact", ["exact"]],
    ["exact", "prefix", "wildcard"],
  );
  option(SUBSCRIBE, "get_retained", NOT_BOOLEAN, [true, false]);
  option(SUBSCRIBE, "forward_for", NOT_LIST_OF_DICTS, FORWARD_FOR);
});

test("MSG-35 a wrongly typed option of REGISTER, CALL, YIELD or CANCEL is a violation", () => {
  option(REGISTER, "match", [...NOT_TEXT, "", "invalid"], ["exact", "prefix", "wildcard"]);
  option(
    REGISTER,
    "invoke",
    [...NOT_TEXT, "", "all", "Single"],
    ["single", "roundrobin", "random", "first", "last"],
  );
  option(CALL, "timeout", [-1, 1.5, "10", true, [], {}, Number.NaN, 2 ** 54], [0, 1, 60_000]);
  for (const key of ["receive_progress", "progress", "disclose_me"])
    option(CALL, key, NOT_BOOLEAN, [true, false]);
  option([70, 1, {}], "progress", NOT_BOOLEAN, [true, false]);
  option([49, 1, {}], "mode", [...NOT_TEXT, "", "abort", "Kill"], ["skip", "kill", "killnowait"]);
});

test("PPT-17 a ppt_ attribute that is not a string is a violation", () => {
  for (const header of [PUBLISH, CALL, [70, 1, {}]]) {
    for (const key of ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"]) {
      option(header, key, NOT_TEXT, ["", "x_anything"]);
    }
  }
  violation([8, 68, 7, { ppt_scheme: 1 }, "com.e"], "ERROR.Details.ppt_scheme must be a string");
});

test("PPT-17 an attribute of more than 1,024 characters is a violation that names the field and not the text", () => {
  const [longest, tooLong] = ["x_".padEnd(1_024, "y"), "x_".padEnd(1_025, "y")];
  const keys = [
    ...["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"],
    ...["enc_algo", "enc_serializer", "enc_key", "transaction_hash"],
  ];
  const failed = [8, 68, 7, {}, "com.e"];
  for (const [header, at, where] of [
    [PUBLISH, 2, "PUBLISH.Options"],
    [CALL, 2, "CALL.Options"],
    [[70, 1, {}], 2, "YIELD.Options"],
    [failed, 3, "ERROR.Details"],
  ] as const) {
    for (const key of keys) {
      parse({ header: withElement(header, at, { [key]: longest }), payload: undefined });
      violation(
        withElement(header, at, { [key]: tooLong }),
        new RegExp(`^${where}\\.${key} must have at most 1024 characters, not 1025$`),
      );
    }
  }
});

test("MSG-36 a key nobody knows has no effect, whatever its value", () => {
  const strange = '{"__proto__":{"acknowledge":1},"constructor":0,"toString":"x","shoe_size":[{}]}';
  for (const [, shortest, kinds] of FROM_CLIENT) {
    const at = kinds.indexOf("dict") + 1;
    if (at === 0 || at >= shortest.length || shortest[0] === 5) continue; // AUTHENTICATE.Extra is the method's own
    const more = withElement(shortest, at, Object.assign(JSON.parse(strange), shortest[at]));
    expect(parse({ header: more, payload: undefined })).toStrictEqual(
      parse({ header: shortest, payload: undefined }),
    );
  }
});

test("MSG-37 a key that is neither a predefined nor a private name is not refused", () => {
  const keys = ["x_acknowledged", "_own_key", "_a", "A", "Match", "9", "", " ", "a.b", "ключ", "\u0000"];
  const options = Object.fromEntries(keys.map((key) => [key, 1]));
  expect(parse({ header: [16, 1, { ...options, acknowledge: true }, "com.x"], payload: ARGS })).toStrictEqual(
    {
      type: "PUBLISH",
      request: 1,
      options: { acknowledge: true },
      topic: "com.x",
      payload: ARGS,
    },
  );
});

test("MSG-43 a payload passes through a message untouched, the very same object", () => {
  const strange: Payload = { format: "json", count: 2, body: "neither a list,nor a dict" };
  const publish = parse({ header: PUBLISH, payload: strange });
  expect(publish.type === "PUBLISH" && publish.payload).toBe(strange);
  const { payload } = unparse({ type: "RESULT", request: 1, details: {}, payload: strange });
  expect(payload).toBe(strange);
});

test("MSG-44 an extension code in 256..1023 that we do not know is a violation", () => {
  for (const code of [256, 336, 338, 1023])
    violation([code, 1], `a client may not send message type ${code}`);
});

test("MSG-46 code 7 and every unassigned code is a violation", () => {
  const known = new Set<unknown>(FROM_CLIENT.map(([, [code]]) => code));
  for (let code = -2; code < 1100; code++) {
    if (!known.has(code)) violation([code, 1, {}, "com.x"], `a client may not send message type ${code}`);
  }
  for (const code of [2 ** 31, 2 ** 32 + 16, 2 ** 53, -(2 ** 53)]) {
    violation([code, 1, {}, "com.x"], "a client may not send message type");
  }
});

test("SER-15 an empty list, or one that does not begin with an integer, is a violation", () => {
  const notCodes = ["16", 16.5, Number.NaN, null, true, [16], {}, 16n, "length", "__proto__", undefined];
  violation([], "begins with its type code");
  for (const code of notCodes) violation([code, 1, {}, "com.x"], "begins with its type code");
});

test("MSG-47 a client may not send what only the router sends", () => {
  for (const code of [2, 4, 17, 33, 35, 36, 50, 65, 67, 68, 69]) {
    for (const rest of [[], [1], [1, 2], [1, 2, {}], [1, {}, "com.x"]]) {
      violation([code, ...rest], `a client may not send message type ${code}`);
    }
  }
});

test("MSG-49 an empty dict is emitted as an empty dict", () => {
  const error = { type: "ERROR", requestType: 32, request: 1, details: {}, error: "com.e" } as const;
  const empty: readonly (readonly [RouterMessage, readonly unknown[]])[] = [
    [{ type: "ABORT", details: {}, reason: "com.r", payload: undefined }, [3, {}, "com.r"]],
    [{ type: "CHALLENGE", authmethod: "ticket", extra: {} }, [4, "ticket", {}]],
    [{ type: "GOODBYE", details: {}, reason: "com.r" }, [6, {}, "com.r"]],
    [{ ...error, payload: undefined }, [8, 32, 1, {}, "com.e"]],
    [{ type: "EVENT", subscription: 1, publication: 2, details: {}, payload: undefined }, [36, 1, 2, {}]],
    [{ type: "RESULT", request: 1, details: {}, payload: undefined }, [50, 1, {}]],
    [{ type: "INVOCATION", request: 1, registration: 2, details: {}, payload: undefined }, [68, 1, 2, {}]],
    [{ type: "INTERRUPT", request: 1, options: {} }, [69, 1, {}]],
  ];
  for (const [message, header] of empty) expect(unparse(message).header).toStrictEqual(header);
});

test("MSG-50 null in place of a dict counts as an empty dict", () => {
  for (const [name, shortest, kinds] of FROM_CLIENT) {
    const at = kinds.indexOf("dict") + 1;
    if (at === 0 || name === "HELLO") continue; // HELLO.Details must name a role
    expect(parse({ header: withElement(shortest, at, null), payload: undefined })).toStrictEqual(
      parse({ header: withElement(shortest, at, {}), payload: undefined }),
    );
  }
  violation([1, "realm1", null], "HELLO.Details.roles must");
});

const hello = (given: unknown) => [1, "realm1", { roles: given }];
const read = (given: unknown) => parse({ header: hello(given), payload: undefined });

test("SES-05 HELLO must name at least one role of a client", () => {
  violation([1, "realm1", {}], "HELLO.Details.roles must name at least one of publisher, subscriber");
  for (const none of [undefined, null, {}, { broker: {} }]) {
    violation(hello(none), "HELLO.Details.roles must name at least one of publisher, subscriber");
  }
  for (const notDict of [[], ["caller"], "caller", 1, true])
    violation(hello(notDict), "HELLO.Details.roles must be a dict");
});

test("SES-06 a role nobody knows is ignored where another one is known", () => {
  expect(read({ spectator: 7, __proto__: null, callee: {} })).toStrictEqual({
    type: "HELLO",
    realm: "realm1",
    details: { roles: { callee: [] } },
  });
});

test("SES-07 a role is a dict, its features are booleans, and false equals absent", () => {
  const features = {
    call_canceling: true,
    call_timeout: false,
    shoe_size: 43,
    toString: 1,
    progressive_calls: "x",
  };
  expect(read({ caller: { features }, callee: { features: null } })).toStrictEqual({
    type: "HELLO",
    realm: "realm1",
    details: { roles: { caller: ["call_canceling"], callee: [] } },
  });
  for (const wrong of [1, "x", true, []]) {
    violation(hello({ caller: wrong }), "HELLO.Details.roles.caller must be a dict");
    violation(hello({ caller: { features: wrong } }), "HELLO.Details.roles.caller.features must be a dict");
  }
  for (const wrong of [0, 1, "true", {}, []]) {
    violation(
      hello({ caller: { features: { call_timeout: wrong } } }),
      /caller\.features\.call_timeout must be a boolean/,
    );
  }
});

test("SES-15 WELCOME has a features dict in each role, of true alone, even where there is none", () => {
  const welcome = unparse({
    type: "WELCOME",
    session: 1,
    details: { roles: { broker: ["event_history"], dealer: [] } },
  });
  expect(welcome).toStrictEqual({
    header: [2, 1, { roles: { broker: { features: { event_history: true } }, dealer: { features: {} } } }],
    payload: undefined,
  });
});

test("S15 a credential of the wrong type is named by its type, never by its value", () => {
  const pins = [4711, 47.11, -4711n, 4711n ** 9n];
  for (const pin of pins) {
    violation([5, pin, {}], /^AUTHENTICATE\.Signature must be a string, not a number$/);
    violation([5, "s", pin], /^AUTHENTICATE\.Extra must be a dict, not a number$/);
    const hello = [1, "realm1", { roles, authextra: pin }];
    violation(hello, /^HELLO\.Details\.authextra must be a dict, not a number$/);
    violation([1, "realm1", pin], /^HELLO\.Details must be a dict, not a number$/);
    violation(
      [1, "realm1", { roles, authid: pin }],
      /^HELLO\.Details\.authid must be a string, not a number$/,
    );
  }
  violation([5, true, {}], /^AUTHENTICATE\.Signature must be a string, not a boolean$/);
  violation([5, ["4711"], {}], /^AUTHENTICATE\.Signature must be a string, not a list$/);
  violation([5, null, {}], /^AUTHENTICATE\.Signature must be a string, not null$/);
  violation([5, OCTETS, {}], /^AUTHENTICATE\.Signature must be a string, not octets$/);
  violation([5, {}, {}], /^AUTHENTICATE\.Signature must be a string, not a dict$/);
  violation([5, "s", "4711"], /^AUTHENTICATE\.Extra must be a dict, not a string$/);
  violation([5, "s", ["4711"]], /^AUTHENTICATE\.Extra must be a dict, not a list$/);
});

test("MSG-31 a value that is no credential is told, which is what helps", () => {
  violation([32, 0, {}, "com.x"], /^SUBSCRIBE\.Request must be an id, an integer in 1\.\.2\^53, not 0$/);
  violation(
    [48, 1, { timeout: -1 }, "com.x"],
    /^CALL\.Options\.timeout must be a non-negative integer, not -1$/,
  );
});
