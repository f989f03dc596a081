/** The other routers: whether they are installed here, how each is started, and which serializers it speaks. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Format } from "../dialect/notation.ts";
import type { Server } from "../runtime/server.ts";
import { crossbarConfig } from "./crossbar.ts";
import { freePort, startProcess } from "./process.ts";

export type PeerName = "fox-wamp" | "nexus" | "crossbar";

export interface Peer {
  /** The file that is there once it is installed. */
  readonly program: string;
  /** Of its address. */
  readonly path: string;
  readonly formats: readonly Format[];
  /** Whether it speaks `wamp.2.*.batched`. */
  readonly batches: boolean;
  /** A new process with nothing stored. `folder` is empty and its own. */
  start(folder: string): Promise<Server>;
}

const HERE = import.meta.dirname;
const FOX = join(HERE, "node_modules/fox-wamp/index.js");
const NEXUS = join(HERE, ".bin/nexus");
const CROSSBAR = join(HERE, ".venv/bin/crossbar");

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  "fox-wamp": {
    program: FOX,
    path: "/",
    formats: ["json"],
    batches: false,
    async start() {
      const port = await freePort();
      return startProcess({
        program: process.execPath,
        args: [join(HERE, "fox-wamp.cjs"), String(port)],
        port,
      });
    },
  },
  nexus: {
    program: NEXUS,
    path: "/",
    formats: ["json", "msgpack", "cbor"],
    batches: false,
    async start() {
      const port = await freePort();
      return startProcess({ program: NEXUS, args: ["-port", String(port)], port });
    },
  },
  crossbar: {
    program: CROSSBAR,
    path: "/ws",
    formats: ["json", "msgpack", "cbor"],
    batches: true,
    async start(folder) {
      const port = await freePort();
      const own = join(folder, ".crossbar");
      await mkdir(own);
      await writeFile(join(own, "config.json"), JSON.stringify(crossbarConfig(port)));
      const args = ["start", "--cbdir", own, "--loglevel", "warn"];
      return startProcess({ program: CROSSBAR, args, port, folder });
    },
  },
};

export const PEER_NAMES: readonly PeerName[] = ["fox-wamp", "nexus", "crossbar"];

export function isInstalled(name: PeerName): boolean {
  return existsSync(PEERS[name].program);
}
