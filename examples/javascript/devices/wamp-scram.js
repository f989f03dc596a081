/** Signs in by WAMP-SCRAM as the specification has it, with PBKDF2, over a bare WebSocket: no library speaks it yet. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { WebSocket } from "ws";

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, PASSWORD } = process.env;
const realm = decodeURIComponent(WAMP_URL.split("/").at(-1));
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

const socket = new WebSocket(WAMP_URL, "wamp.2.json");
const say = (message) => socket.send(JSON.stringify(message));
const ours = randomBytes(16).toString("base64");
let serverSignature;

socket.on("open", () =>
  say([
    1,
    realm,
    { authmethods: ["wamp-scram"], authid: AUTHID, authextra: { nonce: ours }, roles: { publisher: {} } },
  ]),
);

socket.on("message", (text) => {
  const [type, ...message] = JSON.parse(text);
  if (type === 4) answer(message[1]);
  else if (type === 2) joined(message[1]);
  else if (type === 3) console.log(`refused: ${message[1]}: ${message[0].message}`);
  if (type !== 4) socket.close();
});

function answer({ nonce, salt, iterations, kdf }) {
  if (kdf !== "pbkdf2" || !nonce.startsWith(ours)) throw new Error("this challenge is not for us");
  const salted = pbkdf2Sync(PASSWORD, Buffer.from(salt, "base64"), iterations, 32, "sha256");
  const signed = `n=${AUTHID},r=${ours},r=${nonce},s=${salt},i=${iterations},c=biws,r=${nonce}`;
  const clientKey = hmac(salted, "Client Key");
  const signature = hmac(createHash("sha256").update(clientKey).digest(), signed);
  const proof = Buffer.from(clientKey.map((octet, at) => octet ^ signature[at]));
  serverSignature = hmac(hmac(salted, "Server Key"), signed);
  say([5, proof.toString("base64"), { nonce, channel_binding: null, cbind_data: null }]);
}

function joined({ authid, authrole, authextra }) {
  // The router shows that it knows the password, too: or somebody else would be its router.
  const theirs = Buffer.from(authextra.verifier, "base64");
  if (theirs.length !== 32 || !timingSafeEqual(theirs, serverSignature)) throw new Error("not our router");
  console.log(`signed in as ${authid}, role ${authrole}`);
}
