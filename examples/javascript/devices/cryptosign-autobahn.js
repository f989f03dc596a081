/** Signs in by an Ed25519 key (WAMP-cryptosign) with AutobahnJS. */
import autobahn from "autobahn";

globalThis.WebSocket ??= (await import("ws")).WebSocket; // Node before 22

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, PRIVATE_KEY } = process.env;

const connection = autobahn.auth_cryptosign.create_connection({
  url: WAMP_URL,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  ...(AUTHID && { authid: AUTHID }), // without it the key says who this is
  pkey: autobahn.nacl.sign.keyPair.fromSeed(Uint8Array.from(Buffer.from(PRIVATE_KEY, "hex"))),
});

connection.onopen = (_session, { authid, authrole }) => {
  console.log(`signed in as ${authid}, role ${authrole}`);
  connection.close();
};

connection.onclose = (how, { reason, message }) => {
  if (reason === null) console.log(`${how}, trying again`);
  else if (reason !== "wamp.close.goodbye_and_out") console.log(`refused: ${reason}: ${message}`);
};

connection.open();
