/**
 * A realm's home: one instance for each realm, named by it. Translates Cloudflare's events into the gateway's and decides
 * nothing. The constructor runs again after every hibernation, so all it may do is rebuild memory from sockets and rows.
 */
import { DurableObject } from "cloudflare:workers";
import { Anonymous } from "../auth/anonymous.ts";
import { readConfig, realmSettings } from "../config.ts";
import type { Connection } from "../gateway/connection.ts";
import { DEFAULT_GATEWAY_SETTINGS, Gateway } from "../gateway/gateway.ts";
import { announcement } from "../router/announcement.ts";
import { Realm } from "../router/realm.ts";
import { payloadReader } from "../serializer/payload-reader.ts";
import { DEFAULT_FRAME_LIMITS } from "../serializer/serializer.ts";
import { createSerializers } from "../serializer/serializers.ts";
import { payloadAt } from "../wamp/message.ts";
import { randomId } from "./random-id.ts";
import { realmName } from "./realm-name.ts";
import { SocketPeer } from "./socket-peer.ts";
import { SqlStore } from "./sql-store.ts";
import { ADMISSION_HEADER, type Admission } from "./upgrade.ts";

interface Line {
  readonly peer: SocketPeer;
  readonly connection: Connection;
}

const serializer = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });
const now = (): number => Date.now();

export class RealmObject extends DurableObject<Env> {
  readonly #gateway: Gateway;
  /** Socket to its peer and connection. */
  readonly #lines = new Map<WebSocket, Line>();
  /** When the one alarm is set for, in milliseconds since 1970. */
  #alarmAt: number | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const name = realmName(ctx.id, ctx.storage.sql);
    const { realms, defaultRealm } = readConfig(env);
    const config = realms.get(name);
    const settings = realmSettings(config);
    const realm = new Realm({
      store: new SqlStore(ctx.storage.sql),
      now,
      randomId,
      settings,
      reader: payloadReader,
    });
    this.#gateway = new Gateway({
      realm,
      serializer,
      now,
      doorway: {
        realm: name,
        elsewhere: (other) =>
          realms.has(other)
            ? other === defaultRealm?.name
              ? "/ws"
              : `/ws/${encodeURIComponent(other)}`
            : undefined,
        announcement: announcement(settings),
        methods: [new Anonymous(config?.anonymous ?? "nobody")],
      },
      settings: DEFAULT_GATEWAY_SETTINGS,
      log: (entry) => console.log(JSON.stringify({ realm: name, ...entry })),
    });
    this.#wake(config !== undefined);
  }

  /** The upgrade, admitted by the Worker; no other request reaches this object. */
  override fetch(request: Request): Response {
    const header = request.headers.get(ADMISSION_HEADER);
    if (header === null) return new Response("only the Worker may knock here", { status: 403 });
    const { subprotocol, named, origin } = JSON.parse(header) as Admission; // only the Worker writes it
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const peer = new SocketPeer(server);
    this.#lines.set(server, { peer, connection: this.#gateway.open(peer, subprotocol, origin) });
    this.#arm();
    // TRN-07: the name that the client offered, verbatim.
    const headers = named ? { "Sec-WebSocket-Protocol": subprotocol } : undefined;
    return new Response(null, { status: 101, webSocket: client, ...(headers && { headers }) });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void | Promise<void> {
    const line = this.#lines.get(socket);
    if (!line) return; // it was closed when the realm woke without a configuration, and talks on
    line.peer.spoke();
    const pending = this.#gateway.receive(line.connection, frame);
    this.#arm();
    return pending?.then(() => this.#arm());
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#lost(socket);
    // The runtime leaves the peer's close frame for us to answer (platform.md section 5).
    new SocketPeer(socket).close(code, reason);
  }

  override webSocketError(socket: WebSocket, error: unknown): void {
    console.warn(JSON.stringify({ event: "socket_error", error: String(error) }));
    this.#lost(socket);
    socket.close(1011, "the connection failed");
  }

  override alarm(): void {
    this.#alarmAt = undefined;
    this.#gateway.tick(now());
    // If it rang early, or for something that is not due any more, it is set anew.
    this.#arm();
  }

  #wake(configured: boolean): void {
    const present = [];
    for (const socket of this.ctx.getWebSockets()) {
      const memo = SocketPeer.recall(socket);
      if (memo === null || !configured) socket.close(1001, "this realm is not configured any more");
      else present.push({ socket, peer: new SocketPeer(socket), memo });
    }
    const connections = this.#gateway.wake(present);
    for (const [index, { socket, peer }] of present.entries()) {
      const connection = connections[index];
      if (connection) this.#lines.set(socket, { peer, connection });
    }
    this.#arm();
  }

  #lost(socket: WebSocket): void {
    const line = this.#lines.get(socket);
    this.#lines.delete(socket);
    if (line) this.#gateway.close(line.connection);
    this.#arm();
  }

  /** One alarm serves every deadline. It is a hint, so nothing that is sent need wait for its row. */
  #arm(): void {
    const due = this.#gateway.nextDeadline();
    if (due === undefined || (this.#alarmAt !== undefined && this.#alarmAt <= due)) return;
    this.#alarmAt = due;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(due, { allowUnconfirmed: true }));
  }
}
