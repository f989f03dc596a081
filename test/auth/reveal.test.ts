/** `revealUnknown`: a realm may tell unknown names apart, where it was told to and in no other case. */
import { expect, test } from "vitest";
import { Cryptosign } from "../../src/auth/cryptosign.ts";
import type { AuthMethod, SignIn } from "../../src/auth/method.ts";
import { Scram } from "../../src/auth/scram.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { MemoryBook } from "./book.ts";
import { device, helloFrom, MOCK_KEY, pbkdf2Scram, refusalOf } from "./challenged.ts";
import { Key } from "./key.ts";

const key = new Key();
const KNOWN = "I\u00ADX"; // SASLprep makes IX of it
const book = () =>
  new MemoryBook(
    device("joe", { method: "ticket", digest: "x" }),
    device("joe", { method: "wampcra", key: "secret of joe" }),
    device("IX", pbkdf2Scram("pencil", Buffer.alloc(16, 7))),
    device("joe", { method: "cryptosign", publicKeys: [key.publicKey] }),
  );

interface Case {
  readonly known: string;
  readonly authextra?: Readonly<Record<string, unknown>>;
  readonly make: (revealUnknown?: boolean) => AuthMethod;
}

const ports = (revealUnknown?: boolean) => ({
  book: book(),
  mockKey: MOCK_KEY,
  now: () => 0,
  ...(revealUnknown !== undefined && { revealUnknown }),
});
const CASES: Readonly<Record<string, Case>> = {
  ticket: { known: "joe", make: (reveal) => new Ticket(ports(reveal)) },
  wampcra: { known: "joe", make: (reveal) => new WampCra(ports(reveal)) },
  "wamp-scram": { known: KNOWN, authextra: { nonce: "AAAA" }, make: (reveal) => new Scram(ports(reveal)) },
  cryptosign: {
    known: "joe",
    authextra: { pubkey: key.publicKey },
    make: (reveal) => new Cryptosign(ports(reveal)),
  },
};

function hello(authid: string | undefined, { authextra }: Case): SignIn {
  const details = { roles: { caller: [] }, ...(authid && { authid }), ...(authextra && { authextra }) };
  return helloFrom(authid, { details });
}

/** As text, whatever comes of it. */
async function outcome(method: AuthMethod, signIn: SignIn): Promise<string> {
  try {
    return Object.keys(await method.challenge(signIn))[0] ?? "";
  } catch (error) {
    return (await refusalOf(Promise.reject(error))).reason as string;
  }
}

test.each(Object.entries(CASES))(
  "ERR-19 AUT-08 %s tells an unknown name only where it is to be told",
  async (_name, each) => {
    for (const authid of [each.known, "nobody"]) {
      for (const reveal of [undefined, false]) {
        expect(await outcome(each.make(reveal), hello(authid, each))).toBe("challenge");
      }
    }
    expect(await outcome(each.make(true), hello(each.known, each))).toBe("challenge");
    expect(
      await refusalOf(Promise.resolve().then(() => each.make(true).challenge(hello("nobody", each)))),
    ).toEqual({
      reason: "wamp.error.no_such_principal",
      message: "nobody here has the name nobody: ask this realm's administrator for yours",
    });
  },
);

test("ERR-19 CRY-02 a key that nobody has is no name: its holder is challenged", async () => {
  const { cryptosign } = CASES;
  if (!cryptosign) throw new Error("no such case");
  const stranger = { ...cryptosign, authextra: { pubkey: new Key().publicKey } };
  expect(await outcome(cryptosign.make(true), hello(undefined, stranger))).toBe("challenge");
});

test("ERR-19 a ticket that somebody else judges is asked for whatever the name", async () => {
  const method = new Ticket({ ...ports(true), ask: async () => undefined });
  expect(await outcome(method, helloFrom("nobody"))).toBe("challenge");
});
