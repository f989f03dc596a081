/** Sign-in by challenge through the gateway: from HELLO to WELCOME, with sleep between. */
import { pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { Scram } from "../../src/auth/scram.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { ROLES } from "../gateway/client.ts";
import { abort, WireRoom, welcome } from "../gateway/wire.ts";
import { known } from "./book.ts";
import {
  craAnswer,
  device,
  heardSoon,
  pbkdf2Scram,
  ports,
  saltedCra,
  scramAnswer,
  sign,
} from "./challenged.ts";

const PLAIN = known("peter", { method: "wampcra", key: "secret1" });
const NONCE = "egVDf3DMJh0=";
const SALT = Buffer.alloc(16, 9);
const PENCIL = pbkdf2Sync("pencil", SALT, 4_096, 32, "sha256");
const USER = known("user", pbkdf2Scram("pencil", SALT));

test("CRA-03 CRA-04 on the wire the session of the challenge is that of WELCOME, also when the realm slept meanwhile", async () => {
  const methods = [new WampCra(ports(PLAIN, device("d1", saltedCra("secret2", "salt123"))))];
  await Promise.all(
    [false, true].flatMap((sleeps) =>
      [
        ["peter", "secret1", "user", "static"],
        ["d1", "secret2", "device", "device"],
      ].map(async ([authid, secret = "", authrole, authprovider]) => {
        const room = new WireRoom({ methods });
        const client = room.open();
        client.say(1, "realm1", { ...ROLES, authmethods: ["wampcra"], authid });
        const [challenge] = await heardSoon(client);
        const [type, method, extra] = challenge as [number, string, Record<string, unknown>];
        expect([type, method]).toEqual([4, "wampcra"]);
        expect(JSON.parse(String(extra.challenge)).session).toBe(101);
        if (sleeps) room.wake([client]);
        client.say(5, craAnswer(secret, { extra, expects: {} }), {});
        const [, , details] = welcome(101) as [number, number, Record<string, unknown>];
        expect(await heardSoon(client)).toEqual([
          [2, 101, { ...details, authid, authrole, authprovider, authmethod: "wampcra" }],
        ]);
      }),
    ),
  );
});

test("CRA-10 AUT-14 on the wire a wrong answer ends the handshake, and a second one finds no challenge", async () => {
  const room = new WireRoom({ methods: [new WampCra(ports(PLAIN))] });
  const client = room.open();
  client.say(1, "realm1", { ...ROLES, authmethods: ["wampcra"], authid: "peter" });
  const [challenge] = await heardSoon(client);
  const [, , extra] = challenge as [number, string, Record<string, unknown>];
  client.say(5, sign("wrong", extra.challenge), {}).say(5, sign("secret1", extra.challenge), {});
  expect(await heardSoon(client)).toEqual([abort("wamp.error.authentication_denied")]);
});

test("SCR-12 AUT-11 on the wire WELCOME has the verifier, also when the realm slept meanwhile", async () => {
  for (const sleeps of [false, true]) {
    const room = new WireRoom({ methods: [new Scram(ports(USER))] });
    const client = room.open();
    const authextra = { nonce: NONCE, channel_binding: null };
    client.say(1, "realm1", { ...ROLES, authmethods: ["wamp-scram"], authid: "user", authextra });
    const [challenge] = await heardSoon(client);
    const [type, name, extra] = challenge as [number, string, Record<string, unknown>];
    expect([type, name]).toEqual([4, "wamp-scram"]);
    if (sleeps) room.wake([client]);
    const { proof, verifier } = scramAnswer(PENCIL, { authid: "user", clientNonce: NONCE, extra });
    client.say(5, proof, { nonce: extra.nonce, channel_binding: null, cbind_data: null });
    const [, , details] = welcome(101) as [number, number, Record<string, unknown>];
    expect(await heardSoon(client)).toEqual([
      [
        2,
        101,
        { ...details, authid: "user", authrole: "user", authmethod: "wamp-scram", authextra: { verifier } },
      ],
    ]);
  }
});

test("AUT-14 on the wire a wrong proof ends the handshake, and the right one after it finds no challenge", async () => {
  const room = new WireRoom({ methods: [new Scram(ports(USER))] });
  const client = room.open();
  client.say(1, "realm1", {
    ...ROLES,
    authmethods: ["wamp-scram"],
    authid: "user",
    authextra: { nonce: NONCE },
  });
  const [challenge] = await heardSoon(client);
  const [, , extra] = challenge as [number, string, Record<string, unknown>];
  const { proof } = scramAnswer(PENCIL, { authid: "user", clientNonce: NONCE, extra });
  client.say(5, proof.toLowerCase(), { nonce: extra.nonce }).say(5, proof, { nonce: extra.nonce });
  expect(await heardSoon(client)).toEqual([abort("wamp.error.authentication_denied")]);
});
