/** Signs in by WAMP-CRA with AutobahnJS, whether the router keeps the secret salted or not. */
import autobahn from "autobahn";

globalThis.WebSocket ??= (await import("ws")).WebSocket; // Node before 22

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, SECRET } = process.env;

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["wampcra"],
  authid: AUTHID,
  onchallenge(_session, _method, { challenge, salt, iterations, keylen }) {
    const { derive_key, sign } = autobahn.auth_cra;
    return sign(salt ? derive_key(SECRET, salt, iterations, keylen) : SECRET, challenge);
  },
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
