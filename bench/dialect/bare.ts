/**
 * The bare relay's frames (see ../bare/relay.ts): byte for byte as long as the WAMP messages they stand for, on the way in and
 * on the way out. Written as the outgoing text, with the kind where WAMP has `[48,`, and filler up to the
 * length of the incoming one.
 */
import { Marker } from "../client/mark.ts";
import { BenchSocket } from "../client/web-socket.ts";
import { type Arrival, type Dialect, unexpected } from "./dialect.ts";
import { wampJson } from "./wamp-json.ts";

/** As long as a WAMP publication id is in nine cases of ten. */
const PUBLICATION = "1234567890123456";
const PAYLOAD = new Marker(0).payload(0);

const CALL_FILLER = filler(wampJson.call(1, PAYLOAD), invocationText("00", 1, PAYLOAD));
const PUBLISH_FILLER = filler(wampJson.publish(1, PAYLOAD), eventText(PAYLOAD));
const ACKNOWLEDGED_FILLER = filler(wampJson.publishAcknowledged(1, PAYLOAD), publishedText(1));

export const bare: Dialect = {
  join(port, role, index) {
    const path = role === "caller" ? `/caller-${String(index).padStart(2, "0")}` : `/${role}`;
    return BenchSocket.open({ port, path });
  },

  call: (request, payload) => invocationText(payload.slice(0, 2), request, payload) + CALL_FILLER,
  invocation: (frame) => arrival(frame, "C"),
  answer: ({ id, payload }) => `A${payload.slice(0, 2)},${id},{},["${payload}"]]`,
  result: (frame) => arrival(frame, "A"),

  // A publish grows with its request id, an event does not.
  publish: (request, payload) => eventText(payload) + PUBLISH_FILLER + ".".repeat(String(request).length - 1),
  event: (frame) => arrival(frame, "P"),
  publishAcknowledged: (request) => publishedText(request) + ACKNOWLEDGED_FILLER,
  published(frame) {
    if (!frame.startsWith("E")) throw unexpected(frame, "an echo");
    return Number.parseInt(frame.slice(4), 10);
  },
};

function invocationText(caller: string, request: number, payload: string): string {
  return `C${caller},${request},1,{},["${payload}"]]`;
}

function eventText(payload: string): string {
  return `P00,1,${PUBLICATION},{},["${payload}"]]`;
}

function publishedText(request: number): string {
  return `E00,${request},${PUBLICATION}]`;
}

function filler(incoming: string, outgoing: string): string {
  return ".".repeat(incoming.length - outgoing.length);
}

function arrival(frame: string, kind: string): Arrival {
  if (!frame.startsWith(kind) || !frame.endsWith('"]]')) throw unexpected(frame, kind);
  return { id: Number.parseInt(frame.slice(4), 10), payload: payloadOf(frame) };
}

function payloadOf(frame: string): string {
  return frame.slice(frame.indexOf('["') + 2, -3);
}
