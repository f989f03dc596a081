/**
 * Connects to the router: at the address of every WAMP tutorial, unless the environment names another.
 *
 * WAMP_URL         default ws://localhost:8080/ws
 * WAMP_REALM       default realm1
 * WAMP_SERIALIZER  json, msgpack or cbor; default: whatever Autobahn prefers
 */
import autobahn from "autobahn";

// Node has a WebSocket of its own since version 22; before, the package ws is one. Its errors end a program that does not listen.
globalThis.WebSocket ??= class extends (await import("ws")).WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    this.on("error", ({ message }) => console.error(message));
  }
};

const SERIALIZERS = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};
const { WAMP_SERIALIZER } = process.env;
const Serializer = SERIALIZERS[WAMP_SERIALIZER];
if (WAMP_SERIALIZER && !Serializer) {
  console.error(`WAMP_SERIALIZER is ${Object.keys(SERIALIZERS).join(", ")}, not ${WAMP_SERIALIZER}`);
  process.exit(1);
}

export const connection = new autobahn.Connection({
  url: process.env.WAMP_URL ?? "ws://localhost:8080/ws",
  realm: process.env.WAMP_REALM ?? "realm1",
  ...(Serializer && { serializers: [new Serializer()] }),
});

// Ctrl-C says goodbye first, where there is somebody to hear it.
process.once("SIGINT", () => (connection.isOpen ? connection.close() : process.exit()));
