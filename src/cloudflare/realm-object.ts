/**
 * A realm's home: one instance for each realm, named by it. Translates Cloudflare's events into the gateway's and decides
 * nothing. The constructor runs again after every hibernation, so all it may do is rebuild memory from sockets and rows.
 */
import { DurableObject } from "cloudflare:workers";
import { Authority } from "../auth/authority.ts";
import type { AdminAnswer, AdminRequest, Json } from "../auth/device-operations.ts";
import type { Subject } from "../auth/permission.ts";
import { readConfig, realmSettings } from "../config.ts";
import type { Connection } from "../gateway/connection.ts";
import { Gateway } from "../gateway/gateway.ts";
import { announcement } from "../router/announcement.ts";
import { Realm } from "../router/realm.ts";
import { payloadReader } from "../serializer/payload-reader.ts";
import { DEFAULT_FRAME_LIMITS } from "../serializer/serializer.ts";
import { createSerializers } from "../serializer/serializers.ts";
import { payloadAt } from "../wamp/message.ts";
import type { RealmCalls } from "./administration.ts";
import { logLine } from "./log-line.ts";
import { mockKey } from "./mock-key.ts";
import { decider, mayBy } from "./policy.ts";
import { keepRules, rulesChanged } from "./policy-row.ts";
import { randomId } from "./random-id.ts";
import { RealmAdministration } from "./realm-administration.ts";
import { realmName } from "./realm-name.ts";
import { makeFrom, realmTemplate } from "./realm-template.ts";
import { migrate } from "./schema.ts";
import { signInDoors } from "./sign-in.ts";
import { CAN_LOOK, FRAME_COST, SocketPeer } from "./socket-peer.ts";
import { SqlStore } from "./sql-store.ts";
import { attemptsOf, gatewaySettings, roleTerms } from "./terms.ts";
import { ADMISSION_HEADER, type Admission } from "./upgrade.ts";
import { upgraded } from "./upgraded.ts";

interface Line {
  readonly peer: SocketPeer;
  readonly connection: Connection;
}

const serializer = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });
/** Milliseconds for which turns are put together at most (goal B6). */
const COALESCING = 1;
const now = (): number => Date.now();

/** Everything that is built anew when what the realm is changes. */
interface House {
  /** One entry, one line. */
  readonly log: (entry: object) => void;
  readonly gateway: Gateway;
  readonly administration: RealmAdministration;
  /** Whether the configuration has the realm, or the template that it was made from. */
  readonly configured: boolean;
  /** Whether what live sessions hold must be judged anew. */
  readonly rulesChanged: boolean;
  /** Whatever they hold was judged. */
  readonly keepRules: () => void;
}

export class RealmObject extends DurableObject<Env> implements RealmCalls {
  #house: House;
  /** Socket to its peer and connection. */
  readonly #lines = new Map<WebSocket, Line>();
  /** When the one alarm is set for, in milliseconds since 1970. */
  #alarmAt: number | undefined;
  /** Keeps the object awake while sleep would lose something. */
  #vigil: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // A keepalive that the runtime answers by itself, also while the object sleeps. No WAMP message looks like it.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    this.#house = this.#build();
    this.#wake();
  }

  #build(): House {
    const { storage } = this.ctx;
    const { sql } = storage;
    migrate(storage);
    const name = realmName(this.ctx.id, sql);
    const { realms, templates, defaultRealm } = readConfig(this.env);
    const config = realms.get(name) ?? templates.get(realmTemplate(sql) ?? "");
    const settings = realmSettings(config);
    const log = (entry: object): void => console.log(logLine({ realm: name, ...entry }));
    const authority = new Authority({ realm: name, roles: config?.roles ?? [], now });
    const may = mayBy(authority);
    const realm = new Realm({
      store: new SqlStore(storage),
      now,
      randomId,
      patternKey: randomId(),
      settings,
      reader: payloadReader,
      may,
      fault: (error, session) => log({ event: "fault", session, error: String(error) }),
    });
    const administration = new RealmAdministration({
      realm: name,
      storage,
      config,
      authority,
      gateway: () => gateway,
      subject: (session) => realm.session(session)?.identity as Subject | undefined, // the gateway's own scopes
      now,
      log,
    });
    const ask = (procedure: string, args: readonly unknown[], timeout?: number) =>
      gateway.ask(procedure, args, timeout);
    const doors = signInDoors({
      realm: name,
      config,
      env: this.env,
      devices: administration.book,
      mockKey: () => mockKey(sql),
      ask,
      now,
      log,
    });
    const terms = roleTerms(config);
    const gateway: Gateway = new Gateway({
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
        methods: doors.methods,
        role: (authrole) => terms.get(authrole),
      },
      // Nobody is ended over a guess at what waits in all sockets together.
      settings: {
        ...gatewaySettings(config),
        frameCost: FRAME_COST,
        ...(!CAN_LOOK && { totalBacklog: Number.POSITIVE_INFINITY }),
      },
      attempts: attemptsOf(config, sql),
      // The gateway has made its entries plain by itself.
      log: (entry) => console.log(JSON.stringify({ realm: name, ...entry })),
      may,
      decide: decider({ authority, ask, realm: name, roles: config?.roles ?? [], settings }),
      desk: administration.desk,
      requestIdCheck: settings.requestIdCheck,
      stillWelcome: doors.stillWelcome,
      abort: (reason) => this.ctx.abort(reason),
      soon: (work) => {
        setTimeout(() => {
          work();
          this.#arm();
        }, COALESCING);
      },
      // Whoever sends on meanwhile is held up by the network instead of filling memory.
      pause: () => this.ctx.blockConcurrencyWhile(() => scheduler.wait(1)),
      rearm: () => this.#arm(),
    });
    return {
      log,
      gateway,
      administration,
      configured: config !== undefined,
      rulesChanged: rulesChanged(sql, config),
      keepRules: () => keepRules(sql, config),
    };
  }

  administer(request: AdminRequest): Promise<AdminAnswer> {
    return this.#house.administration.answer(request);
  }

  redeem(fields: { readonly [name: string]: Json }, address: string): Promise<AdminAnswer> {
    return this.#house.administration.redeem(fields, address);
  }

  async make(template: string): Promise<void> {
    if (makeFrom(template, this.ctx.storage.sql)) this.#beginAnew();
  }

  async dissolve(): Promise<void> {
    const message = "this realm was removed";
    this.#house.gateway.end(() => true, { reason: "wamp.close.system_shutdown", message });
    this.#house.gateway.flush();
    this.#lines.clear();
    for (const socket of this.ctx.getWebSockets()) socket.close(1001, message);
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#alarmAt = undefined;
    this.#beginAnew();
  }

  /** What the realm is has changed, and nobody is in it: sockets that are still there belong to what it was before. */
  #beginAnew(): void {
    this.#house = this.#build();
    this.#house.gateway.wake([]);
    this.#house.keepRules();
    this.#arm();
  }

  /** The upgrade, admitted by the Worker; no other request reaches this object. */
  override fetch(request: Request): Response {
    const header = request.headers.get(ADMISSION_HEADER);
    if (header === null) return new Response("only the Worker may knock here", { status: 403 });
    if (!this.#house.configured) return new Response("there is no such realm", { status: 404 });
    const { subprotocol, named, origin } = JSON.parse(header) as Admission; // only the Worker writes it
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const peer = new SocketPeer(server, this.ctx);
    this.#lines.set(server, { peer, connection: this.#house.gateway.open(peer, subprotocol, origin) });
    this.#arm();
    return upgraded(client, { subprotocol, named });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void | Promise<void> {
    const line = this.#lines.get(socket);
    if (!line) return; // it was closed when the realm woke without a configuration, and talks on
    line.peer.spoke();
    const pending = this.#house.gateway.receive(line.connection, frame);
    this.#arm();
    return pending?.then(() => this.#arm());
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    this.#lost(socket, wasClean ? "closed" : "cut");
    // The runtime leaves the peer's close frame for us to answer (platform.md section 5). Where none came there is nobody to
    // answer, and to try costs the runtime more than all else: a fleet that is cut off at once would keep those who come waiting.
    if (wasClean) new SocketPeer(socket).close(code, reason);
  }

  override webSocketError(socket: WebSocket, error: unknown): void {
    console.warn(logLine({ event: "socket_error", error: String(error) }));
    this.#lost(socket);
    socket.close(1011, "the connection failed");
  }

  override alarm(): void {
    this.#alarmAt = undefined;
    this.#tick();
  }

  /** If it came early, or for something that is not due any more, the next one is set. */
  #tick(): void {
    this.#house.gateway.tick(now());
    this.#arm();
  }

  #wake(): void {
    const present = [];
    for (const socket of this.ctx.getWebSockets()) {
      const memo = SocketPeer.recall(socket);
      if (memo === null || !this.#house.configured)
        socket.close(1001, "this realm is not configured any more");
      else present.push({ socket, peer: new SocketPeer(socket, this.ctx), memo });
    }
    this.#house.administration.expect(
      present.flatMap(({ memo: { state } }) => (state.phase === "joined" ? [state.identity] : [])),
    );
    const connections = this.#house.gateway.wake(present);
    for (const [index, { socket, peer }] of present.entries()) {
      const connection = connections[index];
      if (connection) this.#lines.set(socket, { peer, connection });
    }
    if (this.#house.rulesChanged) this.#house.gateway.reconsider();
    this.#house.keepRules();
    if (present.length > 0) this.#house.log({ event: "wake", sockets: present.length });
    this.#arm();
  }

  #lost(socket: WebSocket, how: "closed" | "cut" = "cut"): void {
    const line = this.#lines.get(socket);
    this.#lines.delete(socket);
    if (line) this.#house.gateway.close(line.connection, how);
    this.#arm();
  }

  /** One alarm serves every deadline. It is a hint, so nothing that is sent need wait for its row. */
  #arm(): void {
    this.#watch();
    const due = this.#house.gateway.nextDeadline();
    if (due === undefined || (this.#alarmAt !== undefined && this.#alarmAt <= due)) return;
    this.#alarmAt = due;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(due, { allowUnconfirmed: true }));
  }

  /**
   * An alarm may ring minutes late, and after ten quiet seconds an object sleeps: calls would be lost that are not parked
   * yet. It does not sleep while a timer runs, so one runs until they are; it rings no later than sleep could come anyway.
   */
  #watch(): void {
    const until = this.#house.gateway.awakeUntil;
    if (until !== undefined) {
      this.#vigil ??= setTimeout(
        () => {
          this.#vigil = undefined;
          this.#tick();
        },
        Math.max(0, until - now()),
      );
    } else if (this.#vigil !== undefined) {
      clearTimeout(this.#vigil);
      this.#vigil = undefined;
    }
  }
}
