/** Manages devices by the procedures of the realm, as a role with `admin = true` may. */
import autobahn from "autobahn";

globalThis.WebSocket ??= (await import("ws")).WebSocket; // Node before 22

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", SECRET } = process.env;

const connection = new autobahn.Connection({
  url: WAMP_URL,
  realm: "com.example.sensors",
  authmethods: ["wampcra"],
  authid: "backend",
  onchallenge: (_session, _method, { challenge }) => autobahn.auth_cra.sign(SECRET, challenge),
});

connection.onopen = async (session) => {
  // Arguments by name, or the first ones by position. The secret is told here and never again.
  const added = await session.call("edgebahn.device.add", ["sensor-20", "device"], { method: "ticket" });
  console.log(`added ${added.authid}, its ticket has ${added.secret.length} characters`);

  const { devices } = await session.call("edgebahn.device.list", [], { limit: 1000 });
  console.log(`devices: ${devices.map(({ authid }) => authid).join(", ")}`);

  const { sessions } = await session.call("edgebahn.session.list");
  console.log(`sessions: ${sessions.map(({ authid }) => authid).join(", ")}`);

  await session.call("edgebahn.device.disable", ["sensor-20"]);
  await session.call("edgebahn.device.delete", ["sensor-20"]);
  try {
    await session.call("edgebahn.device.get", ["sensor-20"]);
  } catch ({ error, args }) {
    console.log(`${error}: ${args[0]}`);
  }
  connection.close();
};

connection.open();
