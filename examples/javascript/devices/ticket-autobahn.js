/** Signs in by ticket with AutobahnJS. The ticket may be a JSON Web Token. */
import autobahn from "autobahn";

globalThis.WebSocket ??= (await import("ws")).WebSocket; // Node before 22

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, TICKET } = process.env;

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["ticket"],
  authid: AUTHID,
  onchallenge: () => TICKET,
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
