/** Another router as a server of the bench: started on a free port, watched with everything that it starts itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { processorSeconds, resident, type Server } from "../runtime/server.ts";

const START_SECONDS = 30;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly folder?: string;
}

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) killGroup(child);
});

/** Resolves when it listens. @throws with its own words when it does not */
export async function startProcess({ program, args, port, folder }: Command): Promise<Server> {
  const child = spawn(program, args, {
    cwd: folder,
    detached: true, // a group of its own, which ends together
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  let said = "";
  for (const output of [child.stdout, child.stderr]) {
    output.on("data", (words) => {
      said = (said + words).slice(-4000);
    });
  }
  const ended = once(child, "exit").then(() => children.delete(child));
  const isOver = { ended: false };
  ended.then(() => {
    isOver.ended = true;
  });
  const until = performance.now() + START_SECONDS * 1000;
  while (!(await listens(port))) {
    if (isOver.ended || performance.now() > until) {
      killGroup(child);
      throw new Error(`${program} does not listen:\n${said}`);
    }
    await sleep(50);
  }
  return {
    port,
    inspectorPort: undefined,
    cpuSeconds: async () => sum(await family(child.pid ?? 0), processorSeconds),
    residentBytes: async () => sum(await family(child.pid ?? 0), resident),
    lastWords: () => said,
    faults: [],
    async stop() {
      killGroup(child);
      await ended;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP port was asked for");
  return address.port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A process and all that it started, and what those started. */
async function family(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  const own = lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  return [pid, ...(await Promise.all(own.map(family))).flat()];
}

async function sum(pids: readonly number[], figure: (pid: number) => Promise<number>): Promise<number> {
  const figures = await Promise.all(pids.map(figure));
  return figures.reduce((total, each) => total + (Number.isNaN(each) ? 0 : each), 0);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // it ended a moment ago
  }
}
