/** A process that serves, and what it costs: its CPU time, its memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";

export interface Server {
  readonly port: number;
  /** Where the runtime's inspector listens, if it was asked for. */
  readonly inspectorPort: number | undefined;
  /** CPU time used so far, all threads. NaN where the system has no /proc. */
  cpuSeconds(): Promise<number>;
  /** Resident memory. NaN where the system has no /proc. */
  residentBytes(): Promise<number>;
  /** The last it wrote to its outputs. */
  lastWords(): string;
  /** The lines of its outputs that tell of a fault of the router's own, or of an exception that nobody caught. */
  readonly faults: readonly string[];
  stop(): Promise<void>;
}

const CLOCK_TICKS = 100; // a second, on every Linux that Node runs on
const START_SECONDS = 20;

const FAULT = /"event":"fault"|uncaught/i;
/** workerd calls it an uncaught exception when a client breaks the rules of WebSocket. */
const OF_THE_CLIENT = "WebSocket protocol error";

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export interface Serving {
  readonly workerd: string;
  readonly configFile: string;
  /** Slows the runtime: for a profile, never for a figure. */
  readonly inspect: boolean;
}

/** Starts `workerd serve`; resolves when it listens. @throws with workerd's own words when it does not. */
export async function serve({ workerd, configFile, inspect }: Serving): Promise<Server> {
  const inspector = inspect ? ["--inspector-addr=127.0.0.1:0"] : [];
  const child = spawn(workerd, ["serve", "--control-fd=3", ...inspector, configFile], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  children.add(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  ended.then(() => children.delete(child));

  let said = "";
  const faults: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    let line = "";
    output?.on("data", (words) => {
      said = (said + words).slice(-4000);
      const lines = (line + words).split("\n");
      line = lines.pop() ?? "";
      faults.push(...lines.filter((each) => FAULT.test(each) && !each.includes(OF_THE_CLIENT)));
    });
  }
  const ports = await Promise.race([
    listening(child.stdio[3] as Readable), // "pipe" above makes it one
    ended.then(() => Promise.reject(new Error(`workerd ended before it listened:\n${said}`))),
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`workerd does not listen:\n${said}`)), START_SECONDS * 1000).unref();
    }),
  ]);

  return {
    port: ports.http,
    inspectorPort: ports.inspector,
    cpuSeconds: () => processorSeconds(child.pid),
    residentBytes: () => resident(child.pid),
    lastWords: () => said,
    faults,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The control descriptor brings one line of JSON for each event; that of the inspector, if any, comes first. */
async function listening(control: Readable): Promise<{ http: number; inspector: number | undefined }> {
  let lines = "";
  for await (const chunk of control.iterator({ destroyOnReturn: false })) {
    lines += chunk;
    const http = /"event":"listen".*?"port":(\d+)/.exec(lines);
    const inspector = /"event":"listen-inspector".*?"port":(\d+)/.exec(lines);
    if (http) return { http: Number(http[1]), inspector: inspector ? Number(inspector[1]) : undefined };
  }
  throw new Error("workerd closed its control descriptor before it listened");
}

/** CPU time of one process so far, all its threads. */
export async function processorSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the command's name may hold spaces
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) / CLOCK_TICKS;
}

export async function resident(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}
