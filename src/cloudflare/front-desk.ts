/**
 * For clients that can name their realm only in HELLO: reads that one message in the Worker, opens the realm's object and
 * from then on passes frames on as they are. It costs a hop and hides the client's backlog from the object, so it is off
 * unless configured. Judges nothing: what it cannot read goes to the default realm, whose gateway answers it.
 */
import { DEFAULT_FRAME_LIMITS, type Serializer, type Subprotocol } from "../serializer/serializer.ts";
import { createSerializers } from "../serializer/serializers.ts";
import { payloadAt } from "../wamp/message.ts";
import { SocketPeer } from "./socket-peer.ts";
import { upgraded } from "./upgraded.ts";

/** Octets that may wait for a client which does not read (TRN-21). */
const BACKLOG = 1_048_576;
/** Milliseconds until HELLO (TRN-17). */
const PATIENCE = 5_000;
/** Octets, or characters of text, that may come while the realm's object is being opened. */
const AHEAD = 65_536;
/** RFC 6455 section 7.4.1, and the registry's Service Restart: the client did nothing wrong and may come back. */
const GOING_AWAY = 1001;
const POLICY = 1008;
const TOO_BIG = 1009;
const INTERNAL = 1011;
const RESTART = 1012;
/** What is read where a connection was lost. */
const ABNORMAL = 1006;

type Frame = string | ArrayBuffer;

export interface Desk {
  readonly subprotocol: Subprotocol;
  /** Whether the client named it: then the answer does too. */
  readonly named: boolean;
  /** The realm's object, reached by a WebSocket; undefined as the realm: HELLO did not tell. @throws where it cannot be */
  readonly open: (realm: string | undefined) => Promise<WebSocket>;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds until HELLO; five seconds unless told. */
  readonly patience?: number;
}

const serializer = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

/** The answer to an upgrade whose realm HELLO will tell. */
export function receiveAtDesk(desk: Desk): Response {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  new Visitor(ours, desk);
  return upgraded(theirs, desk);
}

/** A client at the desk, from its upgrade on. */
class Visitor {
  readonly #desk: Desk;
  readonly #client: WebSocket;
  readonly #out: SocketPeer;
  readonly #patience: ReturnType<typeof setTimeout>;
  /** The realm's object, once it has been told all that came before it was reached. */
  #inside: WebSocket | undefined;
  /** What came before that, in order; undefined before the first frame. */
  #ahead: Frame[] | undefined;
  #aheadLength = 0;

  constructor(client: WebSocket, desk: Desk) {
    this.#desk = desk;
    this.#client = client;
    this.#out = new SocketPeer(client);
    client.accept();
    client.binaryType = "arraybuffer";
    client.addEventListener("message", ({ data }) => this.#said(data as Frame)); // as binaryType has it
    client.addEventListener("close", ({ code, reason }) => this.#left(code, reason));
    client.addEventListener("error", () => this.#left(ABNORMAL, ""));
    const late = () => shut(client, POLICY, "no HELLO came in time");
    this.#patience = setTimeout(late, desk.patience ?? PATIENCE);
  }

  #said(frame: Frame): void {
    if (!isOpen(this.#client)) return;
    this.#out.spoke();
    if (this.#inside) {
      if (isOpen(this.#inside)) this.#inside.send(frame);
      return;
    }
    clearTimeout(this.#patience);
    this.#aheadLength += typeof frame === "string" ? frame.length : frame.byteLength;
    if (this.#aheadLength > AHEAD) {
      shut(this.#client, TOO_BIG, `before the realm answers, ${AHEAD} octets may come`);
    } else if (this.#ahead) {
      this.#ahead.push(frame);
    } else {
      this.#ahead = [frame];
      void this.#enter(frame);
    }
  }

  async #enter(first: Frame): Promise<void> {
    try {
      const inside = await this.#desk.open(realmIn(first, serializer(this.#desk.subprotocol)));
      inside.accept();
      inside.binaryType = "arraybuffer";
      if (!isOpen(this.#client)) return shut(inside, GOING_AWAY, "the client has left");
      inside.addEventListener("message", ({ data }) => this.#answered(data as Frame)); // as binaryType has it
      inside.addEventListener("close", ({ code, reason }) => this.#dismissed(code, reason));
      inside.addEventListener("error", () => this.#dismissed(ABNORMAL, ""));
      for (const frame of this.#ahead ?? []) inside.send(frame);
      this.#ahead = undefined;
      this.#inside = inside;
    } catch (error) {
      this.#desk.log({ event: "fault", at: "front desk", error: String(error) });
      shut(this.#client, INTERNAL, "the realm could not be reached");
    }
  }

  #answered(frame: Frame): void {
    if (!isOpen(this.#client)) return;
    if (this.#out.backlog <= BACKLOG || this.#out.weigh() <= BACKLOG) {
      this.#out.send(typeof frame === "string" ? frame : new Uint8Array(frame));
      return;
    }
    this.#desk.log({ event: "slow_consumer", at: "front desk" });
    shut(this.#client, POLICY, "slow consumer");
    shut(this.#inside, GOING_AWAY, "the client does not read");
  }

  /** The client has gone, and the object is told in its words. */
  #left(code: number, reason: string): void {
    clearTimeout(this.#patience);
    shut(this.#client, code, reason);
    shut(this.#inside, code, reason);
  }

  /** The object has closed the connection, or was lost to a restart of its own. */
  #dismissed(code: number, reason: string): void {
    if (code === ABNORMAL) shut(this.#client, RESTART, "the realm restarts");
    else shut(this.#client, code, reason);
    shut(this.#inside, code, reason);
  }
}

/** The realm of the HELLO in the first frame; undefined where it is none or cannot be read. */
function realmIn(frame: Frame, serializer: Serializer): string | undefined {
  try {
    const [first] = serializer.split(frame);
    if (first === undefined) return undefined;
    const [type, realm] = serializer.decode(first).header;
    return type === 1 && typeof realm === "string" ? realm : undefined;
  } catch {
    return undefined; // the default realm's gateway says what is wrong with it
  }
}

function isOpen({ readyState }: WebSocket): boolean {
  return readyState === WebSocket.OPEN;
}

/** Closes once. `code` may be one that was received and cannot be sent. */
function shut(socket: WebSocket | undefined, code: number, reason: string): void {
  if (!socket || socket.readyState === WebSocket.CLOSED || socket.readyState === WebSocket.CLOSING) return;
  new SocketPeer(socket).close(code, reason);
}
