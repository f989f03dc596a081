/** Ticket sign-in in each setup that a realm may have: alice and bob in the book, an issuer, an authenticator that denies. */
import { JwtVerifier } from "../../src/auth/jwt.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { known, MemoryBook } from "./book.ts";
import { type Issuer, NOW, newIssuer, SECRET } from "./tokens.ts";

export const [ALICE, BOB] = ["ticket of alice", "ticket of bob"];

export const SETUPS = [
  "the book",
  "the book and tokens",
  "the book and the authenticator",
  "all three",
] as const;

export interface Setups {
  readonly issuer: Issuer;
  setUp(setup: (typeof SETUPS)[number]): Ticket;
}

export async function newSetups(): Promise<Setups> {
  const issuer = await newIssuer();
  const options = { realm: "realm1", jwks: { keys: [issuer.publicKey] }, secret: SECRET, roles: ["user"] };
  const tokens = { jwt: new JwtVerifier(options, { now: () => NOW }) };
  const authenticator = { ask: async () => undefined };
  const ticket = async (text: string) => ({ method: "ticket", digest: await digestOf(text) }) as const;
  const book = new MemoryBook(known("alice", await ticket(ALICE)), known("bob", await ticket(BOB)));
  const others = {
    "the book": {},
    "the book and tokens": tokens,
    "the book and the authenticator": authenticator,
    "all three": { ...tokens, ...authenticator },
  };
  return { issuer, setUp: (setup) => new Ticket({ book, ...others[setup] }) };
}
