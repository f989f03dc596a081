/** The older SCRAM, against Autobahn|Python's own class for it (test/auth/python/autobahn_scram.py). */
import { join } from "node:path";
import { argon2id } from "@noble/hashes/argon2.js";
import { expect, onTestFinished, test } from "vitest";
import { Scram } from "../../src/auth/scram.ts";
import { deriveScram } from "../../tools/derive-scram.ts";
import { python } from "../interop/client/python.ts";
import { Program } from "../interop/process.ts";
import { answer, challengeOf, device, helloFrom, ports, refusalOf } from "./challenged.ts";

const SALT = new Uint8Array(16).fill(7);
const COST = { kdf: "argon2id-13", iterations: 2, memory: 512 } as const;

/** A router that knows authid by the password pencil, and Autobahn that has some password. */
async function scene(authid: string, password: string) {
  const program = new Program([python(), join(import.meta.dirname, "python/autobahn_scram.py")]);
  onTestFinished(async () => void (await program.finish()));
  const ask = async (said: object): Promise<Record<string, unknown>> => {
    program.write(JSON.stringify(said));
    return JSON.parse(await program.line());
  };
  const octets = argon2id(password, SALT, { t: COST.iterations, m: COST.memory, p: 1, dkLen: 32 });
  const hash = Buffer.from(octets).toString("hex");
  const { authextra } = await ask({ authid, password, hash });
  const credential = await deriveScram("pencil", SALT, COST);
  const method = new Scram({ ...ports(device(authid, credential)), dialect: "prototype" });
  const details = { roles: { caller: [] }, authid, authextra: authextra as Record<string, unknown> };
  return { ask, method, signIn: helloFrom(authid, { details }) };
}

test.each(["user", "a=b,c", "I\u00adX"])(
  "SCR-16 Autobahn|Python signs in as %j by its own SCRAM, and finds the router's proof right",
  async (authid) => {
    const prepared = authid.replace("\u00ad", "");
    const { ask, signIn } = await scene(authid, "pencil");
    const credential = await deriveScram("pencil", SALT, COST);
    const method = new Scram({ ...ports(device(prepared, credential)), dialect: "prototype" });
    const { extra, expects } = await challengeOf(method, signIn);
    expect(extra).toEqual({
      nonce: expect.stringMatching(/^[A-Za-z0-9+/]{22}==[A-Za-z0-9+/]{22}==$/),
      salt: "BwcHBwcHBwcHBwcHBwcHBw==",
      kdf: "argon2id-13",
      iterations: 2,
      memory: 512,
    });
    const { signature } = await ask({ extra });
    const verdict = await method.verify(signIn, structuredClone(expects), answer(String(signature)));
    expect(verdict).toEqual({
      principal: {
        authid: prepared,
        authrole: "device",
        authprovider: "device",
        authextra: { scram_server_signature: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
      },
    });
    const { authextra = {} } = "principal" in verdict ? verdict.principal : {};
    expect(await ask({ authextra })).toEqual({ fault: null });
    const signed = String(authextra.scram_server_signature);
    const forged = { scram_server_signature: signed.replace(/^./, (first) => (first === "A" ? "B" : "A")) };
    expect(await ask({ authextra: forged })).toEqual({ fault: expect.stringMatching(/failed/) });
  },
);

test("SCR-16 Autobahn|Python is denied with the wrong password, and when nobody knows it", async () => {
  const { ask, method, signIn } = await scene("user", "pen");
  const denied = { reason: "wamp.error.authentication_denied", message: expect.stringMatching(/\S/) };
  for (const given of [signIn, { ...signIn, details: { ...signIn.details, authid: "nobody" } }]) {
    const { extra, expects } = await challengeOf(method, given);
    const { signature } = await ask({ extra });
    expect(await refusalOf(method.verify(given, expects, answer(String(signature))))).toEqual(denied);
  }
});

test("SCR-04 where nobody is known yet, the challenge is what is usual for the dialect", async () => {
  const usual = { "wamp-scram": ["argon2id13", 2, 19_456], scram: ["argon2id-13", 4_096, 512] } as const;
  for (const dialect of [undefined, "prototype"] as const) {
    const method = new Scram({ ...ports(), ...(dialect && { dialect }) });
    const details = { roles: { caller: [] }, authid: "nobody", authextra: { nonce: "AAAA" } };
    const { extra } = await challengeOf(method, helloFrom("nobody", { details }));
    const [kdf, iterations, memory] = usual[method.name];
    expect(extra).toEqual({
      nonce: expect.stringMatching(/^AAAA[A-Za-z0-9+/]{22}==$/),
      salt: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/),
      kdf,
      iterations,
      memory,
    });
  }
});
