/** A client's Ed25519 key, by Node's own crypto: nothing of the router's signs for the tests. */
import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";

export class Key {
  /** 64 hex digits */
  readonly publicKey: string;
  readonly #key: ReturnType<typeof createPrivateKey>;

  /** @param seed 64 hex digits */
  constructor(seed: string = randomBytes(32).toString("hex")) {
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, "hex");
    this.#key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const spki = createPublicKey(this.#key).export({ format: "der", type: "spki" });
    this.publicKey = spki.subarray(-32).toString("hex");
  }

  /** 128 hex digits */
  sign(message: Buffer | string): string {
    return sign(null, Buffer.from(message), this.#key).toString("hex");
  }

  /** What a client of cryptosign answers to a challenge, bound to a channel's id where there is one: all hex. */
  answer(challenge: string, channel?: string): string {
    const message = xor(challenge, channel ?? "00".repeat(32));
    return this.sign(Buffer.from(message, "hex")) + message;
  }
}

export function xor(one: string, other: string): string {
  const mask = Buffer.from(other, "hex");
  return Buffer.from(Buffer.from(one, "hex").map((octet, at) => octet ^ (mask[at] ?? 0))).toString("hex");
}
