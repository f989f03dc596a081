/** Makes an Ed25519 key for WAMP-cryptosign. The private key stays with the device; the public one is no secret. */
import { generateKeyPairSync } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const hex = (key, type) => key.export({ format: "der", type }).subarray(-32).toString("hex");

console.log(`private key: ${hex(privateKey, "pkcs8")}`);
console.log(`public key: ${hex(publicKey, "spki")}`);
