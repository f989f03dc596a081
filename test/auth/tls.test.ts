/** Sign-in by TLS client certificate: only by what the platform verified. */
import { expect, test } from "vitest";
import type { Certificate } from "../../src/auth/method.ts";
import { Tls } from "../../src/auth/tls.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { ROLES } from "../gateway/client.ts";
import { abort, WireRoom } from "../gateway/wire.ts";
import { attempt, DENIED, signIn } from "./attempt.ts";
import { type Anybody, known, MemoryBook } from "./book.ts";

const print = (digit: string) => digit.repeat(64);
const certificate = (fingerprint: string): Certificate => ({ fingerprint, subject: "CN=x", issuer: "CN=ca" });
const tls = (...fingerprints: string[]) => ({ method: "tls", fingerprints }) as const;

const book = () =>
  new MemoryBook(
    known("sensor-1", tls(print("a"), print("b")), { authrole: "device", authextra: { place: 7 } }),
    known("sensor-2", tls(print("c"))),
    known("shared-1", tls(print("d"))),
    known("shared-2", tls(print("d")), { authrole: "other" }),
    known("sensor-3", { method: "cryptosign", publicKeys: [print("e")] }),
  );

const SENSOR_1 = {
  principal: {
    authid: "sensor-1",
    authrole: "device",
    authprovider: "static",
    authextra: { place: 7 },
  },
};

test("SES-23 the method is offered only to whoever comes with a certificate, where somebody has one", () => {
  const method = new Tls({ book: book() });
  expect(method.name).toBe("tls");
  expect(method.offered(signIn({ origin: { certificate: certificate(print("f")) } }))).toBe(true);
  expect(method.offered(signIn())).toBe(false);
  expect(method.offered(signIn({ origin: { local: true, address: "::1" } }))).toBe(false);
  const other = new Tls({
    book: new MemoryBook(known("x", { method: "cryptosign", publicKeys: [print("f")] })),
  });
  expect(other.offered(signIn({ origin: { certificate: certificate(print("f")) } }))).toBe(false);
});

test.each([
  ["any of its certificates", "a", undefined, SENSOR_1],
  ["any of its certificates", "b", undefined, SENSOR_1],
  ["its certificate and its own name", "a", "sensor-1", SENSOR_1],
  ["its certificate and an empty name", "a", "", SENSOR_1],
  ["its certificate and somebody else's name", "a", "sensor-2", DENIED],
  ["its certificate and nobody's name", "a", "sensor-9", DENIED],
  ["nobody's certificate", "f", undefined, DENIED],
  ["nobody's certificate and a name", "f", "sensor-1", DENIED],
  [
    "a shared certificate and a name",
    "d",
    "shared-2",
    { principal: { authid: "shared-2", authrole: "other", authprovider: "static" } },
  ],
  ["a certificate that is somebody's public key", "e", undefined, DENIED],
  ["a certificate that is somebody's public key", "e", "sensor-3", DENIED],
  [
    "a shared certificate and no name",
    "d",
    undefined,
    {
      reason: "wamp.error.authentication_denied",
      text: "several principals have this certificate: say which one you are by HELLO.Details.authid",
    },
  ],
])("SES-23 whoever comes with %s (%s, %s) is judged by it", async (_, digit, authid, outcome) => {
  for (const later of [false, true]) {
    const asked = book();
    asked.later = later;
    const given = {
      origin: { certificate: certificate(print(digit)) },
      hello: authid === undefined ? {} : { authid },
    };
    expect(await attempt(new Tls({ book: asked }), given)).toEqual(outcome);
  }
});

test("S1 neither a missing nor a malformed fingerprint is looked up, whatever the book holds", async () => {
  const odd = [
    "",
    "a",
    print("A"),
    print("g"),
    `${print("a")} `,
    `${print("a")}\n`,
    print("a").slice(1),
    "undefined",
  ];
  for (const fingerprint of odd) {
    for (const authid of [undefined, "sensor-1"]) {
      const asked = new MemoryBook(known("sensor-1", tls(...odd)));
      const given = { origin: { certificate: certificate(fingerprint) }, hello: { authid } };
      expect(await attempt(new Tls({ book: asked }), given)).toEqual(DENIED);
      expect(await attempt(new Tls({ book: asked }), { hello: { authid } })).toEqual(DENIED);
      expect(asked.asked).toEqual([]);
    }
  }
});

test("SES-23 nothing that the client says counts as a certificate", async () => {
  const claimed = {
    certificate: certificate(print("a")),
    fingerprint: print("a"),
    transport: { auth: print("a") },
  };
  for (const hello of [claimed, { authextra: claimed }, { authid: "sensor-1", authextra: claimed }]) {
    expect(new Tls({ book: book() }).offered(signIn({ hello }))).toBe(false);
    expect(await attempt(new Tls({ book: book() }), { hello })).toEqual(DENIED);
  }
});

test("AUT-18 a book that asks somebody is asked where neither name nor certificate is known", async () => {
  const asking = new MemoryBook();
  asking.elsewhere = (_, authid, { origin }) =>
    known(authid || "found", tls(authid === "wrong" ? print("0") : (origin.certificate?.fingerprint ?? "")));
  const by = (authid?: string) =>
    attempt(new Tls({ book: asking }), {
      origin: { certificate: certificate(print("f")) },
      hello: authid === undefined ? {} : { authid },
    });
  expect(await by()).toEqual({ principal: { authid: "found", authrole: "user", authprovider: "static" } });
  expect(await by("new")).toEqual({ principal: { authid: "new", authrole: "user", authprovider: "static" } });
  expect(await by("wrong")).toEqual(DENIED);
});

test("SES-23 a name means one principal: who owns a certificate under a name that somebody else has is denied", async () => {
  class Shadowed extends MemoryBook {
    override owners(): never[] {
      return [known("sensor-2", tls(print("a")))] as never[]; // as a second book beneath the first would
    }
  }
  const shadowed: Anybody = known("sensor-2", tls(print("c")));
  const given = { origin: { certificate: certificate(print("a")) } };
  expect(await attempt(new Tls({ book: new Shadowed(shadowed) }), given)).toEqual(DENIED);
});

test("AUT-07 where the book cannot be read, nobody is admitted", async () => {
  const asked = book();
  asked.failure = new Refusal("wamp.error.authentication_failed", "the book is closed");
  const failed = { reason: "wamp.error.authentication_failed", text: "the book is closed" };
  for (const hello of [{}, { authid: "sensor-1" }]) {
    expect(
      await attempt(new Tls({ book: asked }), { origin: { certificate: certificate(print("a")) }, hello }),
    ).toEqual(failed);
  }
});

test("AUT-14 there is no challenge of tls to answer", async () => {
  expect(() => new Tls({ book: book() }).verify()).toThrow(
    new Refusal(
      "wamp.error.authentication_failed",
      "sign-in by certificate has no challenge to answer: send HELLO again on a new connection",
    ),
  );
});

test("SES-23 a client without a certificate has its next choice tried, and none left is refused", async () => {
  const room = new WireRoom({ methods: [new Tls({ book: book() })] });
  const client = room.open().say(1, "realm1", { ...ROLES, authid: "sensor-1", authmethods: ["tls"] });
  await client.busy;
  expect(client.heard()).toEqual([abort("wamp.error.no_matching_auth_method")]);
});
