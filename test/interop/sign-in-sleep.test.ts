/** A challenge is good for one answer, by the socket and in the realm that it was made for, and it survives the realm's sleep. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { deriveScram } from "../../tools/derive-scram.ts";
import { Key } from "../auth/key.ts";
import { openRole } from "../open-realm.ts";
import { newSecret } from "./client/admin.ts";
import { Device, WAYS, type Way } from "./device.ts";
import { routerForThisFile } from "./router.ts";

const REALM = "com.example.drowsy";
const OTHER = "com.example.other";
const secret = newSecret();
const key = new Key();
const { method: _, ...kept } = await deriveScram(secret, randomBytes(16), {
  kdf: "pbkdf2",
  iterations: 4_096,
  memory: null,
});
const somebody = { authid: "s1", role: "device" };

const router = routerForThisFile({
  realms: [REALM, OTHER].map((name) => ({
    name,
    roles: [{ name: "device", permissions: openRole.permissions }],
    principals: [
      { ...somebody, method: "ticket", secret: "SECRET" },
      { ...somebody, method: "wampcra", secret: "SECRET" },
      { ...somebody, method: "wamp-scram", secret: "SCRAM" },
      { ...somebody, method: "cryptosign", publicKeys: [key.publicKey] },
    ],
    authFailures: { perAuthid: 1_000, perAddress: 1_000 },
  })),
  secrets: { SECRET: secret, SCRAM: JSON.stringify(kept) },
});

const DENIED = [3, { message: expect.stringMatching(/\S/) }, "wamp.error.authentication_denied"];
const FAILED = [3, { message: expect.stringMatching(/\S/) }, "wamp.error.authentication_failed"];

/** Each method's device, anew for every socket. */
const ways: readonly (() => Way)[] = [
  () => WAYS.ticket("s1", secret),
  () => WAYS.wampcra("s1", secret),
  () => WAYS["wamp-scram"]("s1", secret),
  () => WAYS.cryptosign("s1", key),
];
const cases = ways.map((way) => ({ method: way().method, way }));
const challenged = (way: Way, realm = REALM) => Device.challenged(router().at(realm), way);
const welcome = (method: string) => [
  2,
  expect.any(Number),
  expect.objectContaining({ authid: "s1", authrole: "device", authmethod: method, authprovider: "static" }),
];

describe.each(cases)("$method", ({ method, way }) => {
  test("RULE-08 who is challenged before the realm sleeps signs in after it", async () => {
    const device = await challenged(way());
    await router().evict("hibernate", REALM);
    expect(await device.signIn()).toEqual(welcome(method));
    await router().evict("hibernate", REALM);
    expect(await device.ask([32, 1, {}, "com.example.x"])).toEqual([33, 1, expect.any(Number)]);
    await device.socket.cut();
  });

  test("AUT-14 a wrong answer ends the handshake, asleep or awake: the right one comes too late", async () => {
    for (const sleeps of [false, true]) {
      const device = await challenged(way());
      if (sleeps) await router().evict("hibernate", REALM);
      const [, right, extra] = device.authenticate();
      const other = String(right).replace(/^./, (first) => (first === "0" ? "1" : "0"));
      expect(await device.ask([5, other, extra])).toEqual(DENIED);
      device.socket.tell(device.authenticate());
      expect(await device.socket.heardClose()).toBe(1000);
      await device.socket.cut();
    }
  });
});

describe.each(cases.filter(({ method }) => method !== "ticket"))("$method", ({ method, way }) => {
  test.each([
    ["another socket", REALM, false],
    ["another socket after a sleep", REALM, true],
    ["another realm", OTHER, false],
  ] as const)("S3 the answer to one challenge is refused from %s", async (_where, realm, sleeps) => {
    const one = await challenged(way());
    const mine = one.authenticate();
    const other = await challenged(way(), realm);
    expect(other.challenge).not.toEqual(one.challenge);
    if (sleeps) await router().evict("hibernate", REALM);
    // The other nonce is noticed before any proof is looked at.
    expect(await other.ask(mine)).toEqual(method === "wamp-scram" ? FAILED : DENIED);
    // Nor has it been used up by that.
    expect(await one.ask(mine)).toEqual(welcome(method));
    await one.socket.cut();
    await other.socket.cut();
  });

  test("S3 what has signed in once signs in no second time", async () => {
    const first = await challenged(way());
    const used = first.authenticate();
    expect(await first.ask(used)).toEqual(welcome(method));
    expect(await first.ask(used)).toEqual([
      3,
      { message: expect.stringMatching(/AUTHENTICATE/) },
      "wamp.error.protocol_violation",
    ]);
    for (const sleeps of [false, true]) {
      const again = await challenged(way());
      if (sleeps) await router().evict("hibernate", REALM);
      expect(await again.ask(used)).toEqual(method === "wamp-scram" ? FAILED : DENIED);
      await again.socket.cut();
    }
    await first.socket.cut();
  });

  test("S3 whoever is cut from its challenge cannot answer it from the next socket", async () => {
    const lost = await challenged(way());
    await lost.socket.cut();
    const next = await challenged(way());
    expect(await next.ask(lost.authenticate())).toEqual(method === "wamp-scram" ? FAILED : DENIED);
    await next.socket.cut();
  });
});

test("CRA-03 the session of the challenge is that of WELCOME, though the realm slept in between", async () => {
  const device = await challenged(WAYS.wampcra("s1", secret));
  const { session } = JSON.parse(String(device.challenge.challenge)) as { session: number };
  await router().evict("hibernate", REALM);
  expect((await device.signIn())[1]).toBe(session);
  await device.socket.cut();
});

test("SCR-14 an unknown name is challenged as a known one is, with the same salt before and after a sleep", async () => {
  const stranger = () => challenged(WAYS["wamp-scram"]("stranger", secret));
  const [one, known] = [await stranger(), await challenged(WAYS["wamp-scram"]("s1", secret))];
  await router().evict("hibernate", REALM);
  const other = await stranger();
  const { salt, nonce, ...rest } = known.challenge;
  expect(one.challenge).toEqual({ ...rest, nonce: expect.any(String), salt: expect.any(String) });
  expect(one.challenge.salt).not.toBe(salt);
  expect(other.challenge).toEqual({ ...one.challenge, nonce: expect.any(String) });
  expect(await other.signIn()).toEqual(DENIED);
  await Promise.all([one, known, other].map(({ socket }) => socket.cut()));
});
