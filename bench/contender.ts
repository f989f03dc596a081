/** Who is measured: how it is started and how it is spoken to. Another router is one more of these (see peers/). */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRealm } from "../test/open-realm.ts";
import { bare } from "./dialect/bare.ts";
import type { Dialect, Speech } from "./dialect/dialect.ts";
import { wamp } from "./dialect/wamp.ts";
import { PEERS, type PeerName } from "./peers/peers.ts";
import { type Build, build } from "./runtime/build.ts";
import { capnp } from "./runtime/capnp.ts";
import { type Server, serve } from "./runtime/server.ts";

export interface Contender {
  readonly name: string;
  readonly dialect: Dialect;
  /** Bytes of a payload. */
  readonly payload: number;
  /** A new process with nothing stored. */
  start(inspect: boolean): Promise<Server>;
}

/** `counted` is the router with counters of what is billed (see counted/). */
export type ContenderName = "router" | "counted" | "bare" | PeerName;

const REPOSITORY = join(import.meta.dirname, "..");
const BARE = join(import.meta.dirname, "bare/wrangler.toml");
const COUNTED = join(import.meta.dirname, "counted/wrangler.toml");
const WORKERD = join(REPOSITORY, "node_modules/workerd/bin/workerd");

/** Everything the bench writes while it runs; `end` removes it. */
export class Contenders {
  readonly #folder: string;
  readonly #routerToml: string;
  /** Contender -> its build, made once. */
  readonly #builds = new Map<string, Promise<Build>>();
  #started = 0;

  private constructor(folder: string, routerToml: string) {
    this.#folder = folder;
    this.#routerToml = routerToml;
  }

  static async create(routerToml = join(REPOSITORY, "wrangler.toml")): Promise<Contenders> {
    return new Contenders(await mkdtemp(join(tmpdir(), "edgebahn-bench-")), routerToml);
  }

  get(name: ContenderName, speech: Speech): Contender {
    const { payload } = speech;
    switch (name) {
      case "router":
      case "counted": {
        const toml = name === "router" ? this.#routerToml : COUNTED;
        const dialect = wamp(speech, "/ws");
        return { name, payload, dialect, start: (inspect) => this.#serve(name, toml, inspect) };
      }
      case "bare":
        return { name, payload, dialect: bare(speech), start: (inspect) => this.#serve(name, BARE, inspect) };
      default: {
        const { path, start } = PEERS[name];
        const dialect = wamp(speech, path);
        return { name, payload, dialect, start: async () => start(await this.#newFolder(name)) };
      }
    }
  }

  async end(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(name: ContenderName, toml: string, inspect: boolean): Promise<Server> {
    const building = this.#builds.get(name) ?? build(toml, join(this.#folder, name), { readable: inspect });
    this.#builds.set(name, building);
    const built = await building;
    const disk = await this.#newFolder(name);
    const configFile = join(built.folder, `run-${this.#started}.capnp`); // beside the modules it embeds
    // No limit of one session's is to be measured, so the realm of wrangler.toml is opened wide.
    const vars = name === "bare" ? built.vars : { REALMS: [openRealm("realm1")] };
    await writeFile(configFile, capnp({ ...built, vars }, disk));
    return serve({ workerd: WORKERD, configFile, inspect });
  }

  async #newFolder(name: string): Promise<string> {
    const folder = join(this.#folder, `disk-${name}-${++this.#started}`);
    await mkdir(folder);
    return folder;
  }
}
