/** S19: strangers who connect and never join: they say nothing, half of something, or much. They cost little, and not for long. */
import { connect, type Socket } from "node:net";
import { openRealm, openRole } from "../../test/open-realm.ts";
import { Canary } from "../canary.ts";
import { Router } from "../router.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";
import { TOKEN_SECRET } from "../tokens.ts";

const STRANGERS = { full: 5_000, ci: 500 };
/** Milliseconds within which each must be gone. */
const GONE_WITHIN = 7_000;
/** Sockets that are opened at the same time. */
const OPENING = 100;
const HELLO = JSON.stringify([
  1,
  "realm1",
  { roles: { caller: {} }, authid: "nobody", authmethods: ["ticket"] },
]);
const KINDS = ["silent", "partial", "chatty"] as const;
type Kind = (typeof KINDS)[number];

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A text frame, masked by zeros. */
function frame(text: string): Buffer {
  const octets = Buffer.from(text);
  const head =
    octets.length < 126 ? [octets.length | 0x80] : [0xfe, octets.length >> 8, octets.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...head, 0, 0, 0, 0]), octets]);
}

/** One stranger. @returns how long it was there, in milliseconds */
function intrude(port: number, kind: Kind): { readonly open: Promise<void>; readonly gone: Promise<number> } {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // the close that follows tells
  socket.write(
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
      "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
  );
  let began = 0;
  const open = new Promise<void>((resolve) => {
    socket.once("data", () => {
      began = performance.now();
      resolve();
      misbehave(socket, kind);
    });
    socket.once("close", () => resolve());
  });
  const gone = new Promise<number>((resolve) => {
    socket.on("data", (octets) => {
      // A close frame of the router's, alone or behind an ABORT: any library answers it, and that is the end of it.
      if (began === 0 || octets.lastIndexOf(0x88) < 0) return;
      resolve(performance.now() - began);
      socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
    });
    socket.once("close", () => resolve(performance.now() - began));
  });
  return { open, gone };
}

function misbehave(socket: Socket, kind: Kind): void {
  if (kind === "partial") socket.write(frame(HELLO).subarray(0, 40));
  if (kind !== "chatty") return;
  // Asks to be challenged, never answers, and keeps the connection busy with what the runtime answers by itself.
  socket.write(frame(HELLO));
  const timer = setInterval(() => socket.writable && socket.write(frame("ping")), 500);
  socket.once("close", () => clearInterval(timer));
}

/** @returns how long each was there */
async function invade(port: number, count: number): Promise<number[]> {
  const gone: Promise<number>[] = [];
  for (let n = 0; n < count; n += OPENING) {
    const some = Array.from({ length: Math.min(OPENING, count - n) }, (_, k) =>
      intrude(port, KINDS[(n + k) % KINDS.length] ?? "silent"),
    );
    await Promise.all(some.map(({ open }) => open));
    gone.push(...some.map((each) => each.gone));
  }
  const late = sleep(30_000).then(() => Number.POSITIVE_INFINITY);
  return Promise.all(gone.map((each) => Promise.race([each, late])));
}

async function withstand(router: Router, extent: Extent): Promise<Outcome> {
  const count = STRANGERS[extent];
  const { port, server } = router;
  const canary = await Canary.hatch(port);
  canary.keepSinging(5);
  // What the process keeps for itself from the first time on is no matter of who is there.
  await invade(port, count);
  await sleep(3_000);
  const base = await server.residentBytes();
  canary.times.length = 0;
  await sleep(3_000);
  const usual = percentile(canary.times.splice(0), 99);
  const times = await invade(port, count);
  const during = percentile(canary.times.splice(0), 99);
  await sleep(3_000);
  const after = await server.residentBytes();
  const hurt = canary.wrong + canary.restarts;
  await canary.fly();
  const last = Math.max(...times);
  return {
    done: { strangers: count, silent: Math.ceil(count / 3), "joined calls": canary.times.length },
    faults: {
      "not gone in time": times.filter((time) => !(time <= GONE_WITHIN)).length,
      "joined sessions hurt": hurt,
    },
    figures: {
      "last gone after": atMost(last, GONE_WITHIN),
      "memory after": {
        value: `${((after / base) * 100).toFixed(0)} %`,
        // A few hundred sockets are too few for the runtime to collect what it does not need any more: a bare object grows as
        // much.
        ...(extent === "full" && { target: "<= 110 %" }),
        met: extent === "ci" || after <= 1.1 * base,
      },
      "p99 of joined before": { value: `${usual.toFixed(1)} ms`, met: true },
      "p99 of joined meanwhile": { value: `${during.toFixed(1)} ms`, met: true },
    },
  };
}

export const silentSockets: Row = {
  id: "S19",
  title: "strangers who say nothing, half of something, or much, and never join",

  async run(extent) {
    const realm = openRealm("realm1", {
      roles: [openRole, { name: "device" }],
      jwt: { secret: "TOKEN_SECRET", roles: ["device"] },
    });
    const router = await Router.start({ TOKEN_SECRET, REALMS: [realm] });
    try {
      return await withstand(router, extent);
    } finally {
      await router.end();
    }
  },
};
