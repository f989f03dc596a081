/** A device that comes back when it has lost the network, and stays away when it has been replaced. */
import autobahn from "autobahn";

// Node before 22 has none; an error of the package's would end this program, since AutobahnJS does not listen to it.
globalThis.WebSocket ??= class extends (await import("ws")).WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    this.on("error", ({ message }) => console.error(message));
  }
};

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, TICKET } = process.env;

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: "com.example.sensors",
  authmethods: ["ticket"],
  authid: AUTHID,
  onchallenge: () => TICKET,
  max_retries: -1, // without an end: 15 is what AutobahnJS would do
  max_retry_delay: 60, // seconds
});

connection.onopen = async (session) => {
  const procedure = `com.example.sensors.${AUTHID}.read`;
  await session.register(procedure, () => 21.5);
  console.log(`registered ${procedure}`);
};

connection.onclose = (_how, { reason, message }) => {
  // No reason: the connection was lost, or there is none yet. AutobahnJS tries again by itself.
  if (reason === null) return;
  // The router, or this program, has ended the session and says why. AutobahnJS does not come back after that.
  console.log(`closed: ${reason}${message ? `: ${message}` : ""}`);
  if (comesBack(reason)) setTimeout(() => connection.open(), 10_000);
};

function comesBack(reason) {
  switch (reason) {
    case "wamp.close.goodbye_and_out": // this program closed it
    case "edgebahn.close.replaced": // another has this name now: coming back would throw it out in turn
    case "wamp.error.authentication_denied": // the ticket is wrong: another try is no better
    case "wamp.error.no_such_role":
    case "wamp.error.no_such_realm":
      return false;
    default: // as edgebahn.error.limit_exceeded, wamp.error.authentication_failed, wamp.close.killed
      return true;
  }
}

process.once("SIGINT", () => (connection.isOpen ? connection.close() : process.exit()));

connection.open();
