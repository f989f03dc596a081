/**
 * The production build on bare workerd with its storage on disk: started, killed and started again. Built once for a run.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Build, build } from "../bench/runtime/build.ts";
import { capnp } from "../bench/runtime/capnp.ts";
import { type Server, serve } from "../bench/runtime/server.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const WORKERD = join(REPOSITORY, "node_modules/workerd/bin/workerd");

let building: Promise<{ folder: string; built: Build }> | undefined;

async function buildOnce(): Promise<{ folder: string; built: Build }> {
  const folder = await mkdtemp(join(tmpdir(), "edgebahn-reliability-"));
  process.once("exit", () => void rm(folder, { recursive: true, force: true }));
  return { folder, built: await build(join(REPOSITORY, "wrangler.toml"), join(folder, "build")) };
}

let runs = 0;

/** A router of its own, with its own disk. `vars` as they would stand in wrangler.toml, secrets among them. */
export class Router {
  readonly #built: Build;
  readonly #disk: string;
  readonly #config: string;
  #server: Server | undefined;

  private constructor(built: Build, folder: string) {
    runs++;
    this.#built = built;
    this.#disk = join(folder, `disk-${process.pid}-${runs}`);
    this.#config = join(built.folder, `run-${process.pid}-${runs}.capnp`);
  }

  static async start(vars: Readonly<Record<string, unknown>>): Promise<Router> {
    building ??= buildOnce();
    const { folder, built } = await building;
    const router = new Router({ ...built, vars }, folder);
    await mkdir(router.#disk, { recursive: true });
    await writeFile(router.#config, capnp(router.#built, router.#disk));
    await router.restart();
    return router;
  }

  /** Starts it over what its last run left on disk. The port is another one. */
  async restart(): Promise<void> {
    this.#server = await serve({ workerd: WORKERD, configFile: this.#config, inspect: false });
  }

  /** `kill -9`: nothing in the process gets to run. */
  async kill(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async end(): Promise<void> {
    await this.kill();
    await rm(this.#disk, { recursive: true, force: true });
    await rm(this.#config, { force: true });
  }

  /** The folder with its storage. */
  get disk(): string {
    return this.#disk;
  }

  get server(): Server {
    if (!this.#server) throw new Error("the router is not running");
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }
}
