/**
 * Payload passthru mode (requirements section 13), of events and of calls: attributes that go along with a payload which the
 * router never looks at.
 */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import type { Client, Wire } from "../../gateway/client.ts";
import { WireRoom } from "../../gateway/wire.ts";
import { failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";

const PPT = ["payload_passthru_mode"];
const SPEAKS = { publisher: PPT, subscriber: PPT, caller: PPT, callee: PPT };
const FULL = { ppt_scheme: "x_own", ppt_serializer: "cbor", ppt_cipher: "x_cipher", ppt_keyid: "key 7" };
const SCHEME = { ppt_scheme: "mqtt" };
/** Octets 00 01 02 in JSON. */
const OCTETS = "\u0000AAEC";
const NOT_SUPPORTED = "wamp.error.feature_not_supported";

/** alice (101) and bob (102) announced the mode everywhere, carol (103) and dave (104) nowhere. */
function scene(settings = {}): Scene {
  return new Scene(settings)
    .joinAs("alice", { roles: SPEAKS })
    .joinAs("bob", { roles: SPEAKS })
    .join("carol", "dave");
}

test("PPT-01 payload_passthru_mode is announced under broker and dealer", () => {
  const { broker, dealer } = announcement(DEFAULT_REALM_SETTINGS);
  expect([broker.includes("payload_passthru_mode"), dealer.includes("payload_passthru_mode")]).toStrictEqual([
    true,
    true,
  ]);
});

test("PPT-02 the mode is in use only where ppt_scheme is there and not empty", () => {
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  it.send("bob", 64, 2, {}, "com.p");
  for (const [n, options] of [
    { ppt_scheme: "" },
    { ...FULL, ppt_scheme: "" },
    { ppt_scheme: null },
  ].entries()) {
    // carol announced nothing, and needs not.
    expect(it.send("carol", 16, n + 1, options, "com.x", [1])).toStrictEqual({
      bob: [[36, 1, 1001 + n, {}, [1]]],
    });
    expect(it.send("carol", 48, n + 1, options, "com.p")).toStrictEqual({ bob: [[68, n + 1, 1, {}]] });
    expect(it.send("bob", 70, n + 1, options)).toStrictEqual({ carol: [[50, n + 1, {}]] });
  }
});

test("PPT-03 the four attributes go along unchanged, and those that are absent stay absent", () => {
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  it.send("bob", 64, 2, {}, "com.p");
  for (const [n, ppt] of [FULL, SCHEME, { ppt_scheme: "x_a", ppt_keyid: "" }].entries()) {
    expect(it.send("alice", 16, n + 1, ppt, "com.x", [OCTETS])).toStrictEqual({
      bob: [[36, 1, 1001 + n, ppt, [OCTETS]]],
    });
    const [result, error] = [2 * n + 1, 2 * n + 2];
    expect(it.send("alice", 48, result, ppt, "com.p", [OCTETS])).toStrictEqual({
      bob: [[68, result, 1, ppt, [OCTETS]]],
    });
    expect(it.send("bob", 70, result, ppt, [OCTETS])).toStrictEqual({ alice: [[50, result, ppt, [OCTETS]]] });
    it.send("alice", 48, error, {}, "com.p");
    expect(it.send("bob", 8, 68, error, ppt, "com.error", [OCTETS])).toStrictEqual({
      alice: [[8, 48, error, ppt, "com.error", [OCTETS]]],
    });
  }
});

test("PPT-04 a caller that did not announce the mode violates the protocol by using it, whatever it calls", () => {
  for (const procedure of ["com.p", "com.nobody", "wamp.session.count"]) {
    const it = scene();
    it.send("bob", 64, 1, {}, "com.p");
    violates(it, "carol", 48, 1, SCHEME, procedure, [OCTETS]);
    expect(it.heard("bob")).toStrictEqual([[65, 1, 1]]);
  }
  const only = { publisher: PPT, callee: PPT, caller: [] };
  violates(new Scene().joinAs("alice", { roles: only }), "alice", 48, 1, SCHEME, "com.p");
});

test("PPT-05 so does a publisher, and its event goes nowhere", () => {
  const history = [{ uri: "com.x", match: "exact", limit: 9, octets: 999 }] as const;
  const it = scene({ history });
  it.send("bob", 32, 1, {}, "com.x");
  for (const options of [SCHEME, { ...SCHEME, acknowledge: true, retain: true }]) {
    violates(it, "carol", 16, 1, options, "com.x", [OCTETS]);
  }
  expect(it.heard("bob")).toStrictEqual([[33, 1, 1]]);
  expect(it.rowCounts()).toMatchObject({ retained: 0, history: 0 });
});

test("PPT-06 so does a callee by its YIELD, whose caller is then served as if the callee had left", () => {
  const it = scene();
  it.send("carol", 64, 1, {}, "com.p");
  it.send("alice", 48, 1, {}, "com.p");
  violates(it, "carol", 70, 1, SCHEME, [OCTETS]);
  expect(it.leave("carol")).toStrictEqual({ alice: [failed(48, 1, "wamp.error.canceled")] });
});

test("PPT-08 a callee that did not announce the mode gets no INVOCATION of it, and the caller an error", () => {
  const it = scene();
  it.send("carol", 64, 1, {}, "com.p");
  expect(it.send("alice", 48, 1, SCHEME, "com.p", [OCTETS])).toStrictEqual({
    alice: [failed(48, 1, NOT_SUPPORTED)],
  });
  expect(it.send("alice", 48, 2, {}, "com.p")).toStrictEqual({ carol: [[68, 1, 1, {}]] });
});

test("PPT-09 a caller that did not announce the mode gets an error instead of such a result; the callee nothing", () => {
  const it = scene();
  it.send("bob", 64, 1, {}, "com.p");
  it.send("carol", 48, 1, {}, "com.p");
  expect(it.send("bob", 70, 1, SCHEME, [OCTETS])).toStrictEqual({ carol: [failed(48, 1, NOT_SUPPORTED)] });
  expect(it.send("bob", 70, 1, {}, ["late"])).toStrictEqual({});
});

test("PPT-10 a subscriber that did not announce the mode gets the event with its attributes", () => {
  const it = scene();
  for (const name of ["bob", "carol"]) it.send(name, 32, 1, {}, "com.x");
  it.send("dave", 32, 1, { match: "prefix" }, "com.");
  expect(it.send("alice", 16, 1, FULL, "com.x", [OCTETS])).toStrictEqual({
    bob: [[36, 1, 1001, FULL, [OCTETS]]],
    carol: [[36, 1, 1001, FULL, [OCTETS]]],
    dave: [[36, 2, 1001, { ...FULL, topic: "com.x" }, [OCTETS]]],
  });
});

test("PPT-11 the payload is forwarded as it is, whether or not it is one octet string", () => {
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  const payloads: readonly Wire[] = [
    [[OCTETS]],
    [[1, "two", {}]],
    [[], { k: 1 }],
    [[OCTETS], { k: OCTETS }],
    [],
  ];
  for (const [n, payload] of payloads.entries()) {
    expect(it.send("alice", 16, n + 1, SCHEME, "com.x", ...payload)).toStrictEqual({
      bob: [[36, 1, 1001 + n, SCHEME, ...payload]],
    });
  }
});

test("PPT-12 the octets of the payload arrive as octets, in whatever format the receiver speaks", () => {
  const octets = Uint8Array.from([0, 255, 16, 128, 7]);
  const inFormat = ({ subprotocol }: Client) => (subprotocol === "wamp.2.json" ? "\u0000AP8QgAc=" : octets);
  const announced = { features: { payload_passthru_mode: true } };
  const roles = { publisher: announced, subscriber: announced, caller: announced, callee: announced };
  const room = new WireRoom();
  const clients = (["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const).map((format) =>
    room.join(format, { roles }),
  );
  for (const client of clients) {
    client.say(32, 1, {}, "com.x").heard();
    client.say(64, 2, {}, `com.${client.subprotocol}`).heard(); // each serves a procedure of its own
  }
  for (const sender of clients) {
    sender.say(16, 3, { ...FULL, exclude_me: false }, "com.x", [inFormat(sender)]);
    for (const client of clients) {
      expect(client.heard()).toEqual([[36, 1, expect.any(Number), FULL, [inFormat(client)]]]);
    }
    for (const [n, callee] of clients.filter((each) => each !== sender).entries()) {
      sender.say(48, 4 + n, SCHEME, `com.${callee.subprotocol}`, [inFormat(sender)]);
      const [invocation = []] = callee.heard() as Wire[];
      expect(invocation.slice(3)).toEqual([SCHEME, [inFormat(callee)]]);
      callee.say(70, invocation[1], FULL, [inFormat(callee)]);
      expect(sender.heard()).toEqual([[50, 4 + n, FULL, [inFormat(sender)]]]);
    }
  }
});

test("PPT-13 what the attributes say is not checked: predefined, custom or unheard of, all pass", () => {
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  const values = [
    { ppt_scheme: "mqtt" },
    { ppt_scheme: "mqtt", ppt_serializer: "native" },
    { ppt_scheme: "wamp", ppt_serializer: "cbor", ppt_cipher: "xsalsa20poly1305", ppt_keyid: "1" },
    { ppt_scheme: "wamp", ppt_serializer: "flatbuffers", ppt_cipher: "aes256gcm" },
    { ppt_scheme: "wamp" },
    { ppt_scheme: "x_mine", ppt_serializer: "x_yours" },
    { ppt_scheme: "unheard of", ppt_serializer: "", ppt_cipher: " ", ppt_keyid: "ключ" },
  ];
  for (const [n, ppt] of values.entries()) {
    expect(it.send("alice", 16, n + 1, ppt, "com.x", [OCTETS])).toStrictEqual({
      bob: [[36, 1, 1001 + n, ppt, [OCTETS]]],
    });
  }
});

test("PPT-14 Autobahn's older dialect is not spoken: a raw payload in the place of Arguments is a violation", () => {
  const options = { enc_algo: "mqtt", enc_serializer: "json", enc_key: "k" };
  for (const raw of ["raw", OCTETS, 7, true, {}]) {
    violates(scene(), "alice", 16, 1, options, "com.x", raw);
    violates(scene(), "alice", 48, 1, options, "com.p", raw);
  }
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  expect(it.send("alice", 16, 1, options, "com.x", ["list"])).toStrictEqual({
    bob: [[36, 1, 1001, {}, ["list"]]],
  });
});

test("PPT-16 it goes together with progressive calls and results: the CALL's attributes are frozen, each YIELD has its own", () => {
  const features = [...PPT, "progressive_call_invocations", "progressive_call_results", "call_canceling"];
  const roles = { caller: features, callee: features };
  const it = new Scene().joinAs("alice", { roles }).joinAs("bob", { roles });
  it.send("bob", 64, 1, {}, "com.p");
  const call = { ...FULL, progress: true, receive_progress: true };
  expect(it.send("alice", 48, 1, call, "com.p", [1])).toStrictEqual({
    bob: [[68, 1, 1, { ...FULL, receive_progress: true, progress: true }, [1]]],
  });
  expect(it.send("alice", 48, 1, { progress: true, ...SCHEME }, "com.p", [2])).toStrictEqual({
    bob: [[68, 1, 1, { ...FULL, receive_progress: true, progress: true }, [2]]],
  });
  expect(it.send("bob", 70, 1, { progress: true, ...SCHEME }, [OCTETS])).toStrictEqual({
    alice: [[50, 1, { progress: true, ...SCHEME }, [OCTETS]]],
  });
  expect(it.send("alice", 48, 1, {}, "com.p", [3])).toStrictEqual({
    bob: [[68, 1, 1, { ...FULL, receive_progress: true }, [3]]],
  });
  expect(it.send("bob", 70, 1, { progress: true }, ["plain"])).toStrictEqual({
    alice: [[50, 1, { progress: true }, ["plain"]]],
  });
  expect(it.send("bob", 70, 1, FULL, [OCTETS])).toStrictEqual({ alice: [[50, 1, FULL, [OCTETS]]] });
});

test("PPT-17 an attribute that is not a string is a violation, with or without a scheme", () => {
  for (const key of Object.keys(FULL)) {
    for (const wrong of [1, true, [], {}]) {
      violates(scene(), "alice", 16, 1, { ...FULL, [key]: wrong }, "com.x");
      violates(scene(), "alice", 48, 1, { [key]: wrong }, "com.p");
      const it = scene();
      it.send("bob", 64, 1, {}, "com.p");
      it.send("alice", 48, 1, {}, "com.p");
      violates(it, "bob", 70, 1, { ...FULL, [key]: wrong });
      violates(it, "bob", 8, 68, 1, { ...FULL, [key]: wrong }, "com.error");
    }
  }
});

test("PPT-18 the other attributes without a scheme make an ordinary message and go nowhere", () => {
  const { ppt_scheme: _, ...others } = FULL;
  const it = scene();
  for (const name of ["bob", "carol"]) it.send(name, 32, 1, {}, "com.x");
  it.send("carol", 64, 2, {}, "com.p");
  expect(it.send("alice", 16, 1, others, "com.x", [1])).toStrictEqual({
    bob: [[36, 1, 1001, {}, [1]]],
    carol: [[36, 1, 1001, {}, [1]]],
  });
  expect(it.send("dave", 48, 1, others, "com.p")).toStrictEqual({ carol: [[68, 1, 1, {}]] });
  expect(it.send("carol", 70, 1, others, [2])).toStrictEqual({ dave: [[50, 1, {}, [2]]] });
  it.send("dave", 48, 2, {}, "com.p");
  expect(it.send("carol", 8, 68, 2, others, "com.error")).toStrictEqual({
    dave: [[8, 48, 2, {}, "com.error"]],
  });
});

test("PPT-20 retained and historic events, testaments and acknowledged publications keep the attributes", () => {
  const history = [{ uri: "com.x", match: "exact", limit: 9, octets: 9_999 }] as const;
  const it = scene({ history });
  it.send("carol", 32, 1, {}, "com.x");
  expect(
    it.send("alice", 16, 1, { ...FULL, retain: true, acknowledge: true }, "com.x", [OCTETS]),
  ).toStrictEqual({
    alice: [[17, 1, 1001]],
    carol: [[36, 1, 1001, FULL, [OCTETS]]],
  });
  it.sleep();
  expect(it.send("dave", 32, 1, { get_retained: true }, "com.x").dave).toStrictEqual([
    [33, 1, 1],
    [36, 1, 1001, { ...FULL, retained: true }, [OCTETS]],
  ]);
  const add = "wamp.session.add_testament";
  it.send("alice", 48, 2, {}, add, ["com.x", [OCTETS], null], { publish_options: SCHEME });
  it.sleep();
  expect(it.leave("alice")).toStrictEqual({
    carol: [[36, 1, 1002, SCHEME, [OCTETS]]],
    dave: [[36, 1, 1002, SCHEME, [OCTETS]]],
  });
  const timestamp = expect.any(String);
  expect(it.send("dave", 48, 1, {}, "wamp.subscription.get_events", [1])).toEqual({
    dave: [
      [
        50,
        1,
        {},
        [
          { timestamp, subscription: 1, publication: 1001, details: FULL, args: [OCTETS] },
          { timestamp, subscription: 1, publication: 1002, details: SCHEME, args: [OCTETS] },
        ],
      ],
    ],
  });
});

test("PPT-21 the router's own procedures do not take it", () => {
  const it = scene();
  expect(it.send("alice", 48, 1, SCHEME, "wamp.session.count", [OCTETS])).toStrictEqual({
    alice: [failed(48, 1, NOT_SUPPORTED)],
  });
});

test("PPT-22 what clients encrypted passes through a router that knows neither key nor cipher nor serializer", () => {
  const encrypted = {
    ppt_scheme: "wamp",
    ppt_serializer: "cbor",
    ppt_cipher: "aes256gcm",
    ppt_keyid: "0x6ae9c8a9a3a1d6f5e4b0c7d8e9f0a1b2c3d4e5f6",
  };
  const ciphertext = "\u0000////////////////////AA==";
  const it = scene();
  it.send("carol", 32, 1, {}, "com.x");
  it.send("bob", 64, 1, {}, "com.p");
  expect(it.send("alice", 16, 1, encrypted, "com.x", [ciphertext])).toStrictEqual({
    carol: [[36, 1, 1001, encrypted, [ciphertext]]],
  });
  expect(it.send("alice", 48, 2, encrypted, "com.p", [ciphertext])).toStrictEqual({
    bob: [[68, 1, 1, encrypted, [ciphertext]]],
  });
  expect(it.send("bob", 70, 1, encrypted, [ciphertext])).toStrictEqual({
    alice: [[50, 2, encrypted, [ciphertext]]],
  });
});

test("PPT-23 transaction_hash must be a string, and goes nowhere", () => {
  const it = scene();
  it.send("bob", 32, 1, {}, "com.x");
  it.send("bob", 64, 2, {}, "com.p");
  const options = { transaction_hash: "0xabc" };
  expect(it.send("alice", 16, 1, options, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(it.send("alice", 48, 2, options, "com.p")).toStrictEqual({ bob: [[68, 1, 1, {}]] });
  expect(it.send("bob", 70, 1, options)).toStrictEqual({ alice: [[50, 2, {}]] });
  for (const wrong of [1, true, [], {}]) {
    violates(scene(), "alice", 16, 1, { transaction_hash: wrong }, "com.x");
    violates(scene(), "alice", 48, 1, { transaction_hash: wrong }, "com.p");
  }
});

test("PPT-24 an error with attributes reaches the caller unchanged, or becomes another where the caller lacks the mode", () => {
  const it = scene();
  it.send("bob", 64, 1, {}, "com.p");
  for (const name of ["alice", "carol"]) it.send(name, 48, 1, {}, "com.p");
  expect(it.send("bob", 8, 68, 1, FULL, "com.error", [OCTETS], { k: 1 })).toStrictEqual({
    alice: [[8, 48, 1, FULL, "com.error", [OCTETS], { k: 1 }]],
  });
  expect(it.send("bob", 8, 68, 2, FULL, "com.error", [OCTETS])).toStrictEqual({
    carol: [failed(48, 1, NOT_SUPPORTED)],
  });
});

test("ORD-04 acknowledged, unacknowledged, retained and passthru publications arrive in the order they were sent", () => {
  const it = scene();
  for (const name of ["bob", "carol"]) it.send(name, 32, 1, { match: "prefix" }, "com.");
  const kinds = [
    {},
    { acknowledge: true },
    { retain: true },
    FULL,
    { ...SCHEME, retain: true, acknowledge: true },
  ];
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  for (const n of numbers)
    it.send("alice", 16, n + 1, kinds[n % kinds.length], n % 2 === 0 ? "com.x" : "com.y", [n]);
  for (const name of ["bob", "carol"]) {
    expect(
      it
        .heard(name)
        .slice(1)
        .map((event) => (event[4] as unknown[])[0]),
    ).toStrictEqual(numbers);
  }
});
