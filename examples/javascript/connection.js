/**
 * Connects to the router: at the address of every WAMP tutorial, unless the environment names another.
 *
 * WAMP_URL         default ws://localhost:8080/ws
 * WAMP_REALM       default realm1
 * WAMP_SERIALIZER  json, msgpack or cbor; default: whatever Autobahn prefers
 */
import autobahn from "autobahn";

// Node has a WebSocket of its own since version 22; before, the package ws is one.
globalThis.WebSocket ??= (await import("ws")).WebSocket;

const SERIALIZERS = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};
const Serializer = SERIALIZERS[process.env.WAMP_SERIALIZER];

export const connection = new autobahn.Connection({
  url: process.env.WAMP_URL ?? "ws://localhost:8080/ws",
  realm: process.env.WAMP_REALM ?? "realm1",
  ...(Serializer && { serializers: [new Serializer()] }),
});

// Ctrl-C says goodbye first.
process.once("SIGINT", () => connection.close());
