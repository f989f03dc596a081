/** Signs in with a token that lasts two seconds, and again with a new one when the router says that it has expired. */
import autobahn from "autobahn";
import { token } from "./token.js"; // a real client asks its sign-in server

globalThis.WebSocket ??= (await import("ws")).WebSocket; // Node before 22

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors" } = process.env;
let sessions = 0;

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: "com.example.sensors",
  authmethods: ["ticket"],
  authid: "user-1",
  onchallenge: () => token({ authid: "user-1", role: "user", seconds: 2 }),
});

connection.onopen = (_session, { authid, authrole }) => {
  sessions++;
  console.log(`session ${sessions} of ${authid}, role ${authrole}`);
  if (sessions === 2) connection.close();
};

connection.onclose = (_how, { reason, message }) => {
  console.log(`closed: ${reason}${message ? `: ${message}` : ""}`);
  // AutobahnJS does not come back by itself after a GOODBYE; not from within this function either.
  if (reason === "edgebahn.close.expired") setTimeout(() => connection.open());
};

connection.open();
