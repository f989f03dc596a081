/** A dynamic authenticator: a procedure that the router asks about whoever it does not know itself. */
import { createHash, timingSafeEqual } from "node:crypto";
import autobahn from "autobahn";

// Node before 22 has none; an error of the package's would end this program, since AutobahnJS does not listen to it.
globalThis.WebSocket ??= class extends (await import("ws")).WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    this.on("error", ({ message }) => console.error(message));
  }
};

const { WAMP_URL = "ws://localhost:8080/ws/com.example.tenants", SECRET, TENANT_TICKET } = process.env;
const digest = (text) => createHash("sha256").update(text).digest();

// Stands for your database: authid to the digest of a ticket, and its role.
const tenants = new Map([["tenant-1", { ticket: digest(TENANT_TICKET), role: "tenant" }]]);
const nobody = { ticket: digest("") };

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: "com.example.tenants",
  authmethods: ["wampcra"],
  authid: "authenticator",
  onchallenge: (_session, _method, { challenge }) => autobahn.auth_cra.sign(SECRET, challenge),
});

connection.onopen = async (session) => {
  await session.register("com.example.authenticate", ([_realm, authid, { ticket }]) => {
    const found = tenants.get(authid) ?? nobody;
    // Compared for those who do not exist, too, so that the time tells nothing.
    if (timingSafeEqual(digest(ticket), found.ticket) && found.role) return { role: found.role };
    throw new autobahn.Error("com.example.error.denied", ["no such tenant, or a wrong ticket"]);
  });
  console.log("com.example.authenticate is registered");
};

process.once("SIGINT", () => (connection.isOpen ? connection.close() : process.exit()));

connection.open();
