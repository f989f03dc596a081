/** A device makes a key of its own and enrols it by a claim: the router never sees the private key, nor does whoever sets it up. */
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";

const { ROUTER = "http://localhost:8080", AUTHID, TOKEN } = process.env;
const realm = "com.example.sensors";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const hex = (key, type) => key.export({ format: "der", type }).subarray(-32).toString("hex");
const proof = sign(null, Buffer.from(`edgebahn-claim:${realm}:${TOKEN}`), privateKey);

// Kept first: should the answer be lost, the key is enrolled all the same, and signing in shows it.
writeFileSync("device.seed", hex(privateKey, "pkcs8"), { mode: 0o600 });

const answer = await fetch(`${ROUTER}/api/realms/${realm}/enrol`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    token: TOKEN,
    authid: AUTHID,
    pubkey: hex(publicKey, "spki"),
    proof: proof.toString("hex"),
  }),
});
console.log(answer.status, await answer.text());
