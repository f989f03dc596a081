/** Signs in by a TLS client certificate with AutobahnJS in Node. A browser shows the certificate that its user chooses. */
import { readFileSync } from "node:fs";
import autobahn from "autobahn";
import { WebSocket } from "ws";

const { WAMP_URL, AUTHID } = process.env;
const certificate = { cert: readFileSync("device.pem"), key: readFileSync("device.key") };

globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, certificate);
  }
};

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["tls"],
  authid: AUTHID,
  onchallenge: () => "", // there is none
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
