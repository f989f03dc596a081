/** R19: a hundred realms on one machine; one of them is flooded, then thrown away whole, and the others must not notice. */
import { connect, type Socket } from "node:net";
import { openRealm, openRole } from "../../test/open-realm.ts";
import { Bystanders } from "../bystanders.ts";
import { Client } from "../client.ts";
import { Router } from "../router.ts";
import { type Outcome, percentile, type Row } from "../row.ts";

const REALMS = 100;
const FLOODERS = 4;
/** Publications of one flooder that are not acknowledged yet. */
const IN_FLIGHT = 64;
const SECONDS = { full: 20, ci: 5 };
const VICTIM = "com.example.victim";
/** What a client may leave unread in the victim; so few that a handful of stalled ones fill the object. */
const SMALL = { backlog: 65_536, totalBacklog: 1_048_576, sessions: 1_000 };

const name = (index: number) => `com.example.realm${index}`;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Publishes as fast as it is answered, until told to stop. */
class Flooder {
  readonly #client: Client;
  #over = false;
  sent = 0;

  constructor(client: Client) {
    this.#client = client;
    for (let n = 0; n < IN_FLIGHT; n++) void this.#publish();
  }

  async #publish(): Promise<void> {
    while (!this.#over) {
      this.sent++;
      await this.#client.ask(16, { acknowledge: true }, "com.flood", [this.sent]);
    }
  }

  stop(): void {
    this.#over = true;
  }
}

/** A subscriber that reads nothing, and closes by nothing but a close frame: what waits for it stays. */
function deaf(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    const say = (wire: unknown) => {
      const text = Buffer.from(JSON.stringify(wire));
      const head =
        text.length < 126 ? [0x81, 0x80 | text.length] : [0x81, 0xfe, text.length >> 8, text.length & 255];
      socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), text])); // masked by zeros
    };
    socket.write(
      `GET /ws/${VICTIM} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
        "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
    );
    socket.once("data", () => {
      socket.pause();
      say([1, VICTIM, { roles: { subscriber: {} } }]);
      setTimeout(() => say([32, 1, {}, "com.bulk"]), 200);
      setTimeout(() => resolve(socket), 400);
    });
  });
}

/** Fills the victim's object with what nobody reads, until it is thrown away. @returns whether it was */
async function choke(port: number, witness: Client): Promise<boolean> {
  const joining = { realm: VICTIM, path: `/ws/${VICTIM}` };
  const deadline = Date.now() + 30_000;
  const sockets: Socket[] = [];
  const chunk = "x".repeat(32_768);
  let publisher = await Client.join(port, joining);
  while (witness.socket.readyState === 1 && Date.now() < deadline) {
    sockets.push(...(await Promise.all(Array.from({ length: 10 }, () => deaf(port)))));
    // Each socket takes some MB that the system buffers before anything waits here.
    for (let n = 0; n < 200 && publisher.socket.readyState === 1; n++) {
      await Promise.race([publisher.ask(16, { acknowledge: true }, "com.bulk", [chunk]), publisher.closed]);
    }
    if (publisher.socket.readyState !== 1) publisher = await Client.join(port, joining);
  }
  for (const socket of sockets) socket.destroy();
  publisher.cut();
  return (await Promise.race([witness.closed, sleep(1_000)])) === 1006;
}

async function isolate({ port }: Router, seconds: number): Promise<Outcome> {
  const bystanders = await Bystanders.join({
    port,
    realms: Array.from({ length: REALMS - 1 }, (_, n) => name(n + 1)),
  });
  const joining = { realm: VICTIM, path: `/ws/${VICTIM}` };
  const witness = await Client.join(port, joining);
  await sleep(2_000);
  await bystanders.take();
  await sleep(seconds * 1_000);
  const before = await bystanders.take();

  const flooders: Flooder[] = [];
  for (let n = 0; n < FLOODERS; n++) flooders.push(new Flooder(await Client.join(port, joining)));
  await sleep(seconds * 1_000);
  const during = await bystanders.take();
  for (const flooder of flooders) flooder.stop();

  const thrown = await choke(port, witness);
  const after = await bystanders.take();
  await sleep(500);
  const again = await Client.join(port, joining);
  const [, , , args] = await again.must(48, {}, "wamp.session.count");
  const left = (args as [number])[0] - 1;
  const errors = await bystanders.end();
  const usual = percentile(before, 99);
  const p99 = (times: readonly number[]) => ({
    value: `${percentile(times, 99).toFixed(1)} ms`,
    target: "<= 2x",
    met: percentile(times, 99) <= 2 * usual,
  });
  return {
    done: {
      realms: REALMS,
      "calls of bystanders": before.length + during.length + after.length,
      "flooding messages": flooders.reduce((sum, { sent }) => sum + sent, 0),
    },
    faults: {
      "errors of bystanders": errors,
      "times that a choked object went on": thrown ? 0 : 1,
      "sessions left of an object that was thrown away": left,
    },
    figures: {
      "p99 before": { value: `${usual.toFixed(1)} ms`, met: true },
      "p99 while one is flooded": p99(during),
      "p99 while one is choked and thrown away": p99(after),
    },
  };
}

export const isolation: Row = {
  id: "R19",
  title: `one of ${REALMS} realms is flooded, then thrown away`,

  async run(extent) {
    const limited = { ...openRole, limits: {} };
    const realms = Array.from({ length: REALMS - 1 }, (_, n) => openRealm(name(n + 1)));
    const victim = {
      ...openRealm(VICTIM),
      limits: SMALL,
      roles: [{ ...limited, limits: { messages: 5_000 } }],
    };
    const router = await Router.start({ REALMS: [...realms, victim] });
    try {
      return await isolate(router, SECONDS[extent]);
    } finally {
      await router.end();
    }
  },
};
