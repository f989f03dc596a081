/** A SCRAM client of its own, in Node's crypto: it shares nothing with the router's. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** SCR-08..SCR-11 for pbkdf2 without channel binding. @param challenge CHALLENGE.Extra */
export function scramAnswer(from: {
  readonly authid: string;
  readonly password: string;
  readonly clientNonce: string;
  readonly challenge: Readonly<Record<string, unknown>>;
}): { signature: string; extra: Record<string, unknown> } {
  const { salt, iterations, nonce } = from.challenge as { salt: string; iterations: number; nonce: string };
  const salted = pbkdf2Sync(from.password, Buffer.from(salt, "base64"), iterations, 32, "sha256");
  const clientKey = hmac(salted, "Client Key");
  const storedKey = createHash("sha256").update(clientKey).digest();
  const message = [
    `n=${from.authid},r=${from.clientNonce}`,
    `r=${nonce},s=${salt},i=${iterations}`,
    `c=biws,r=${nonce}`,
  ].join(",");
  const signature = hmac(storedKey, message);
  const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
  return {
    signature: proof.toString("base64"),
    extra: { nonce, channel_binding: null, cbind_data: null },
  };
}
