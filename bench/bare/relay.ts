/**
 * The platform's limit: the smallest Durable Object that can do a router's forwarding. It keeps its sockets
 * in arrays in memory, looks at four bytes of a frame and hands it on. It knows no WAMP and never parses.
 * A frame is `K07#....` with K one of the kinds below, 07 the caller, and # the length of the filler at its end (as a
 * character, counted from `#`), which is dropped on the way so that what goes out has the size of WAMP's outgoing message.
 */
import { DurableObject } from "cloudflare:workers";

const CALL = 67; // "C": to the callee
const ANSWER = 65; // "A": back to the caller it names
const PUBLISH = 80; // "P": to every subscriber
const ECHO = 69; // "E": back to where it came from; all from the first "." on is filler
const WELCOME = 87; // "W0123": back to where it came from, with as many bytes as it says
const ZERO = 48; // "0"
const NONE = 35; // "#": no filler

interface BareEnv {
  readonly RELAY: DurableObjectNamespace<Relay>;
}

export class Relay extends DurableObject<BareEnv> {
  #callee: WebSocket | undefined;
  /** The number in a caller's address -> its socket. */
  readonly #callers: WebSocket[] = [];
  #subscribers: WebSocket[] = [];
  #welcome = "";

  constructor(ctx: DurableObjectState, env: BareEnv) {
    super(ctx, env);
    for (const socket of ctx.getWebSockets()) this.#seat(socket, ctx.getTags(socket)[0] ?? "");
  }

  /** The path says who comes: /callee, /caller-07, /subscriber, /publisher, /nobody. */
  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const role = new URL(request.url).pathname.slice(1);
    this.ctx.acceptWebSocket(server, [role]);
    this.#seat(server, role);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    if (typeof frame === "string") this.#text(socket, frame);
    else this.#octets(socket, new Uint8Array(frame));
  }

  #text(socket: WebSocket, frame: string): void {
    switch (frame.charCodeAt(0)) {
      case CALL:
        this.#callee?.send(frame.slice(0, frame.length - frame.charCodeAt(3) + NONE));
        return;
      case ANSWER:
        this.#callers[(frame.charCodeAt(1) - ZERO) * 10 + frame.charCodeAt(2) - ZERO]?.send(frame);
        return;
      case PUBLISH: {
        const event = frame.slice(0, frame.length - frame.charCodeAt(3) + NONE);
        for (const subscriber of this.#subscribers) subscriber.send(event);
        return;
      }
      case ECHO:
        socket.send(frame.slice(0, frame.indexOf(".")));
        return;
      case WELCOME: {
        const length = Number(frame.slice(1, 5));
        if (this.#welcome.length !== length) this.#welcome = "W".repeat(length);
        socket.send(this.#welcome);
      }
    }
  }

  #octets(socket: WebSocket, frame: Uint8Array): void {
    const [kind = 0, tens = ZERO, ones = ZERO, filler = NONE] = frame;
    switch (kind) {
      case CALL:
        this.#callee?.send(frame.subarray(0, frame.length - filler + NONE));
        return;
      case ANSWER:
        this.#callers[(tens - ZERO) * 10 + ones - ZERO]?.send(frame);
        return;
      case PUBLISH: {
        const event = frame.subarray(0, frame.length - filler + NONE);
        for (const subscriber of this.#subscribers) subscriber.send(event);
        return;
      }
      case ECHO:
        socket.send(frame.subarray(0, frame.indexOf(46)));
    }
  }

  override webSocketClose(socket: WebSocket): void {
    this.#subscribers = this.#subscribers.filter((subscriber) => subscriber !== socket);
    socket.close();
  }

  #seat(socket: WebSocket, role: string): void {
    if (role === "callee") this.#callee = socket;
    else if (role === "subscriber") this.#subscribers.push(socket);
    else if (role.startsWith("caller-")) this.#callers[Number(role.slice(7))] = socket;
  }
}

export default {
  fetch: (request, env) => env.RELAY.getByName("relay").fetch(request),
} satisfies ExportedHandler<BareEnv>;
