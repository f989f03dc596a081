/** The command that makes credentials outside the router: what it prints signs in, and it shows no secret. */
import { spawnSync } from "node:child_process";
import { createHash, pbkdf2Sync } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CredentialFor } from "../../src/auth/credential.ts";
import { Scram } from "../../src/auth/scram.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { saltedPassword } from "../../tools/derive-scram.ts";
import { makeCredential, type Printed } from "../../tools/make-credential.ts";
import {
  answer,
  challengeOf,
  craAnswer,
  device,
  helloFrom,
  pbkdf2Scram,
  ports,
  scramAnswer,
} from "./challenged.ts";

const TOOL = join(import.meta.dirname, "../../tools/credential.ts");
const TICKET = "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0";

/** As the shell runs it. */
function run(args: readonly string[], input = ""): Printed {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TOOL, ...args], {
    input,
    encoding: "utf8",
  });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  // Node may say that running TypeScript is an experiment.
  return { status, stdout, stderr: stderr.replace(/^\(node:.*\n(?:\(Use .*\n)?/gm, "") };
}

/** What it prints of a secret, which is the credential and nothing else. */
async function made(args: readonly string[], secret: string): Promise<unknown> {
  return credentialOf(await makeCredential(args, async () => secret));
}

function credentialOf({ status, stdout, stderr }: Printed): unknown {
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("TCK-03 a ticket is kept as its digest", () => {
  const digest = createHash("sha256").update(TICKET).digest("base64");
  for (const input of [TICKET, `${TICKET}\r\n`, `${TICKET}\nanother line\n`]) {
    expect(credentialOf(run(["ticket"], input))).toEqual({ method: "ticket", digest });
  }
});

test("CRA-06 CRA-07 a WAMP-CRA secret is kept derived, with the salt and cost that were asked for", async () => {
  const args = ["wampcra", "--salt", "salt123", "--iterations", "1000", "--keylen", "32"];
  expect(await made(args, "secret1")).toEqual({
    method: "wampcra",
    key: "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=",
    salted: { salt: "salt123", iterations: 1_000, keylen: 32 },
  });
});

test("CRA-09 what it prints of a secret signs its owner in, with a salt of its own each time", async () => {
  const [one, other] = [
    await made(["wampcra"], "sécret"),
    await made(["wampcra"], "sécret"),
  ] as CredentialFor<"wampcra">[];
  expect(one?.salted?.salt).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(other?.salted?.salt).not.toBe(one?.salted?.salt);
  for (const credential of [one, other]) {
    if (!credential) throw new Error("nothing was made");
    const method = new WampCra(ports(device("d1", credential)));
    const challenge = await challengeOf(method, helloFrom("d1"));
    const verdict = await method.verify(
      helloFrom("d1"),
      challenge.expects,
      answer(craAnswer("sécret", challenge)),
    );
    expect(verdict).toEqual({ principal: { authid: "d1", authrole: "device", authprovider: "device" } });
  }
});

test("SCR-07 SCR-08 SCR-17 SCR-19 SCRAM keys are those of the vectors", async () => {
  const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
  expect(
    await made(["wamp-scram", "--kdf", "pbkdf2", "--iterations", "4096", "--salt", salt], "pencil"),
  ).toEqual(pbkdf2Scram("pencil", Buffer.from(salt, "base64")));
  const argon = ["wamp-scram", "--iterations", "2", "--memory", "512", "--salt", "aBc+fx0NAVA="];
  expect(await made(argon, "pencil")).toEqual({
    method: "wamp-scram",
    kdf: "argon2id13",
    salt: "aBc+fx0NAVA=",
    iterations: 2,
    memory: 512,
    storedKey: "b2prrM/IgHCjBL3bdSAwC+9e1ntG9G66+xZo/hNkZoA=",
    serverKey: "snzmwszQulkwauIvAM7o4gv15jyDrcx+xVz9Fz2+0KU=",
  });
});

test("SCR-09 left to itself it takes argon2id13 at a cost, or PBKDF2 at one, that guessers feel", async () => {
  const credential = (await made(["wamp-scram"], "pencil")) as CredentialFor<"wamp-scram">;
  expect(credential).toMatchObject({ kdf: "argon2id13", iterations: 2, memory: 19_456 });
  const salted = saltedPassword("pencil", Buffer.from(credential.salt, "base64"), credential);
  const method = new Scram(ports(device("d1", credential)));
  const details = { roles: {}, authid: "d1", authextra: { nonce: "AAAA" } };
  const signIn = helloFrom("d1", { details });
  const { extra, expects } = await challengeOf(method, signIn);
  const { proof } = scramAnswer(Buffer.from(salted), { authid: "d1", clientNonce: "AAAA", extra });
  expect(await method.verify(signIn, expects, answer(proof, { nonce: extra.nonce }))).toMatchObject({
    principal: { authid: "d1" },
  });
  expect(await made(["wamp-scram", "--kdf", "pbkdf2"], "pencil")).toMatchObject({
    kdf: "pbkdf2",
    iterations: 600_000,
    memory: null,
  });
});

test("SCR-15 a password is prepared by SASLprep, so that every way of typing it signs in", async () => {
  const args = [
    "wamp-scram",
    "--kdf",
    "pbkdf2",
    "--iterations",
    "4096",
    "--salt",
    "W22ZaJ0SNY7soEsUEjb6gQ==",
  ];
  expect(await made(args, "I\u00adX\u00a0\u2168")).toEqual(await made(args, "IX IX"));
  const { storedKey } = (await made(args, "IX IX")) as CredentialFor<"wamp-scram">;
  const salted = pbkdf2Sync("IX IX", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"), 4_096, 32, "sha256");
  expect(pbkdf2Scram("IX IX", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64")).storedKey).toBe(storedKey);
  expect(salted).toHaveLength(32);
});

test("SCR-16 credentials of the older dialect say so, and follow from the password as it is typed", async () => {
  const args = ["scram", "--iterations", "1", "--memory", "64", "--salt", "W22ZaJ0SNY7soEsUEjb6gQ=="];
  const one = (await made(args, "I\u00adX")) as CredentialFor<"wamp-scram">;
  expect(one).toMatchObject({ method: "wamp-scram", kdf: "argon2id-13", iterations: 1, memory: 64 });
  expect(one.storedKey).not.toBe(((await made(args, "IX")) as CredentialFor<"wamp-scram">).storedKey);
});

test("TCK-03 it makes a secret of 256 random bits where asked, shown once and apart from what is kept", async () => {
  const printed = await Promise.all([1, 2].map(() => makeCredential(["ticket", "--generate"], unasked)));
  const secrets = printed.map(({ status, stdout, stderr }) => {
    expect(status).toBe(0);
    const [, secret = ""] = /^the secret, shown this once: ([A-Za-z0-9_-]{43})\n$/.exec(stderr) ?? [];
    const digest = createHash("sha256").update(secret).digest("base64");
    expect(JSON.parse(stdout)).toEqual({ method: "ticket", digest });
    return secret;
  });
  expect(secrets[0]).not.toBe(secrets[1]);
});

test("TCK-03 --help says what there is", () => {
  const { status, stdout, stderr } = run(["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const word of ["ticket", "wampcra", "wamp-scram", "scram", "--generate", "--memory"]) {
    expect(stdout).toContain(word);
  }
});

test.each([
  [[], "pencil", "name one method: ticket, wampcra, wamp-scram, scram"],
  [["constructor"], "pencil", "name one method: ticket, wampcra, wamp-scram, scram"],
  [["ticket", "canary-secret"], "pencil", "name one method: ticket, wampcra, wamp-scram, scram"],
  [
    ["ticket"],
    "canary-secret",
    "a ticket is kept as a plain digest, so it must be long and random: use --generate",
  ],
  [["wampcra"], "", "there is no secret on standard input: write one, or use --generate"],
  [["ticket", "--salt", "x"], TICKET, "ticket takes no --salt"],
  [["wampcra", "--memory", "1"], "canary-secret", "wampcra takes no --memory"],
  [["scram", "--kdf", "pbkdf2"], "canary-secret", "scram takes no --kdf"],
  [["wamp-scram", "--kdf", "pbkdf2", "--memory", "8"], "canary-secret", "--memory is for argon2id13 only"],
  [["wamp-scram", "--kdf", "md5"], "canary-secret", "--kdf must be argon2id13 or pbkdf2, not md5"],
  [["wamp-scram", "--salt", "AAAA"], "canary-secret", "--salt must be the base64 of 8 octets or more"],
  [
    ["wamp-scram", "--salt", "aBc-fx0NAVA="],
    "canary-secret",
    "--salt must be the base64 of 8 octets or more",
  ],
  [["wampcra", "--iterations", "0"], "canary-secret", "--iterations must be a positive integer, not 0"],
  [["wampcra", "--iterations", "1e3"], "canary-secret", "--iterations must be a positive integer, not 1e3"],
  [
    ["wampcra", "--iterations", "100001"],
    "canary-secret",
    "iterations must be an integer from 1 to 100000, not 100001",
  ],
  [["wampcra", "--keylen", "8"], "canary-secret", "keylen must be an integer from 16 to 64, not 8"],
  [["wamp-scram"], "canary-secret\u0007", "the password has U+0007, which SASLprep prohibits"],
  [["wamp-scram"], "\u00ad", "the password is empty once SASLprep has prepared it"],
] as const)(
  "TCK-03 CRA-06 SCR-15 a mistake is named, and the secret is not: %j of %j",
  async (args, secret, message) => {
    const printed = await makeCredential(args, async () => secret);
    expect(printed).toEqual({ status: 1, stdout: "", stderr: `credential: ${message}\n` });
    expect(printed.stderr).not.toContain("canary");
  },
);

test("TCK-03 at the shell a mistake goes to standard error, with status 1", () => {
  for (const input of ["", "\n"]) {
    expect(run(["wampcra"], input)).toEqual({
      status: 1,
      stdout: "",
      stderr: "credential: there is no secret on standard input: write one, or use --generate\n",
    });
  }
});

test("TCK-03 an option that it does not have, or that lacks its value, is a mistake as well", async () => {
  for (const args of [
    ["ticket", "--secret=x"],
    ["wampcra", "--salt"],
  ]) {
    const { status, stdout, stderr } = await makeCredential(args, unasked);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^credential: .*option '--(?:secret|salt <value>)'/i);
  }
});

/** Where no secret is to be asked for. */
async function unasked(): Promise<string> {
  throw new Error("a secret was asked for");
}
