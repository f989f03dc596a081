/** What comes of connecting: a visit of a session that does what any session does, or what its user sees in place of one. */
import { randomBytes } from "node:crypto";
import { args, type ClientKind } from "./client.ts";
import { type Arrival, Refused, type Welcomed } from "./credentials.ts";

export interface Refusal {
  readonly reason: string;
  readonly text: string;
}

/** The one answer to whoever does not show who it is (AUT-06, AUT-08). */
export const DENIED: Refusal = {
  reason: "wamp.error.authentication_denied",
  text: "the name or the secret is wrong, or holds no longer: sign in with what this realm's administrator gave you",
};

/** Fails where the client was let in. */
export async function refusal(kind: ClientKind, arrival: Arrival): Promise<Refusal> {
  try {
    await (await kind.open(arrival)).close();
  } catch (error) {
    if (error instanceof Refused) return { reason: error.reason, text: error.text };
    throw error;
  }
  throw new Error(`${kind.name} was let in`);
}

/** Joins, registers and calls, and leaves. @returns what WELCOME told it */
export async function visit(kind: ClientKind, arrival: Arrival): Promise<Welcomed> {
  const client = await kind.open(arrival);
  const name = `com.example.${randomBytes(8).toString("hex")}`;
  await client.register(name, () => args("here"));
  const result = await client.call(name, args());
  if (result.args[0] !== "here") throw new Error(`${kind.name} got ${JSON.stringify(result)}`);
  await client.close();
  return client.welcome;
}
