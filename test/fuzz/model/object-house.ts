/** The real object inside workerd, with real sockets, real rows and real eviction. Its clients are all anonymous. */
import { evictDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { pass, ring, rowCounts, stub } from "../../workerd/object.ts";
import type { House } from "./house.ts";
import { kindOf, modelRealm } from "./model-realm.ts";
import { ObjectClient } from "./object-client.ts";
import type { Settings } from "./premises.ts";
import type { Happening } from "./reference.ts";
import type { Wire } from "./world.ts";

/** The runtime's own clock must never ring an alarm: the tests' runs ahead of it. */
const AHEAD = 86_400_000;

export class ObjectHouse implements House {
  readonly knowsNames = false;
  readonly mayRevoke = false;
  /** As the platform does it. */
  readonly quiet = 10_000;
  readonly policy: number;
  readonly realm: string;
  readonly #clients: ObjectClient[] = [];

  private constructor(kind: number) {
    this.policy = kind;
    this.realm = modelRealm(kind);
  }

  /** A realm that nobody has used, so far as it knows itself. */
  static async open(settings: Settings): Promise<ObjectHouse> {
    const house = new ObjectHouse(kindOf(settings));
    pass(AHEAD);
    await stub(house.realm).dissolve();
    return house;
  }

  get now(): number {
    return Date.now();
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.what) {
      case "open":
        this.#clients.push(await this.#connect(happening.subprotocol));
        break;
      case "say": {
        const client = this.#clients[happening.connection];
        client?.say(happening.wires);
        await client?.taken(happening.wires);
        break;
      }
      case "vanish":
        await this.#clients[happening.connection]?.vanish();
        break;
      case "pass":
        pass(happening.milliseconds);
        await ring(this.realm);
        break;
      case "sleep":
        pass(happening.after);
        await ring(this.realm);
        await this.#settle();
        await evictDurableObject(stub(this.realm));
        // Those that vanish together hear nothing of each other.
        for (const connection of happening.vanished) this.#clients[connection]?.listenNoMore();
        for (const connection of happening.vanished) await this.#clients[connection]?.vanish();
        break;
      case "policy":
        throw new Error("the configuration of a realm that runs does not change");
    }
    await this.#settle();
  }

  heard(): Wire[][] {
    return this.#clients.map((client) => client.heard());
  }

  /** A close frame comes when it comes. */
  closed(): undefined {
    return undefined;
  }

  async rows(): Promise<Record<string, number>> {
    const counts = await rowCounts(this.realm);
    const { history = 0, retained = 0, ...others } = counts;
    const plural = Object.entries(others).map(([table, count]) => [`${table}s`, count] as const);
    return { history, retained, ...Object.fromEntries(plural) };
  }

  async #settle(): Promise<void> {
    for (const client of this.#clients) await client.settle();
  }

  async #connect(subprotocol: string): Promise<ObjectClient> {
    const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": subprotocol };
    const { webSocket, status } = await exports.default.fetch(`http://localhost/ws/${this.realm}`, {
      headers,
    });
    if (!webSocket) throw new Error(`no socket but ${status}`);
    return new ObjectClient(webSocket, subprotocol);
  }
}
