/** Sign-in for the devices of a run: tokens that the router checks with a shared secret. */
import { SignJWT } from "jose";
import type { Joining } from "./client.ts";

/** Longer than the shortest that the router takes. */
export const TOKEN_SECRET = "for-the-reliability-runs-only-e2a7c1b94d";

const KEY = new TextEncoder().encode(TOKEN_SECRET);

/** What a client needs to join as `authid` in this role. @param expires seconds since 1970, or a span such as `1h` */
export async function signedIn(
  authid: string,
  role: string,
  realm = "realm1",
  expires: number | string = "1h",
): Promise<Joining> {
  const token = await new SignJWT({ role })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(authid)
    .setAudience(realm)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(KEY);
  return { realm, details: { authid, authmethods: ["ticket"] }, sign: () => token };
}
