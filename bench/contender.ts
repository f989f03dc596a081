/** Who is measured: how it is started and how it is spoken to. A router to be compared with ours is one more of these. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRealm } from "../test/open-realm.ts";
import { bare } from "./dialect/bare.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { wampJson } from "./dialect/wamp-json.ts";
import { type Build, build } from "./runtime/build.ts";
import { capnp } from "./runtime/capnp.ts";
import { type Server, serve } from "./runtime/server.ts";

export interface Contender {
  readonly name: string;
  readonly dialect: Dialect;
  /** A new process with nothing stored. */
  start(inspect: boolean): Promise<Server>;
}

export type ContenderName = "router" | "bare";

const REPOSITORY = join(import.meta.dirname, "..");
const BARE = join(import.meta.dirname, "bare/wrangler.toml");
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

  get(name: ContenderName): Contender {
    switch (name) {
      case "router":
        return { name, dialect: wampJson, start: (inspect) => this.#serve(name, this.#routerToml, inspect) };
      case "bare":
        return {
          name,
          dialect: bare,
          start: (inspect) => this.#serve(name, BARE, inspect),
        };
    }
  }

  async end(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(name: ContenderName, toml: string, inspect: boolean): Promise<Server> {
    const built = this.#builds.get(name) ?? build(toml, join(this.#folder, name));
    this.#builds.set(name, built);
    const { folder } = await built;
    const run = `${name}-${++this.#started}`;
    const disk = join(this.#folder, `disk-${run}`);
    const configFile = join(folder, `${run}.capnp`); // beside the modules it embeds
    await mkdir(disk);
    // No limit of one session's is to be measured, so the realm of wrangler.toml is opened wide.
    const vars = name === "router" ? { REALMS: [openRealm("realm1")] } : (await built).vars;
    await writeFile(configFile, capnp({ ...(await built), vars }, disk));
    return serve({ workerd: WORKERD, configFile, inspect });
  }
}
