/** Realms as the admin API sees them: those of the configuration, and those that it makes from templates at run time. */
import { AdminError, invalid } from "../auth/device-error.ts";
import { Fields } from "../auth/device-fields.ts";
import type { AdminAnswer, Json } from "../auth/device-operations.ts";
import { MOST_LISTED } from "../auth/devices.ts";
import type { Config } from "../config.ts";
import { type RealmCalls, refusal } from "./administration.ts";
import { MOST_REALMS, type RealmEntry } from "./directory.ts";
import { MAX_NAME, type RealmDirectory, realmNameFault } from "./realm-directory.ts";

const LISTED = 100;
const REALM_EXISTS = "edgebahn.error.realm_exists";

export interface RealmPorts {
  readonly config: Config;
  readonly directory: RealmDirectory;
  readonly realm: (name: string) => Pick<RealmCalls, "make" | "dissolve">;
}

export class AdminRealms {
  readonly #ports: RealmPorts;

  constructor(ports: RealmPorts) {
    this.#ports = ports;
  }

  /** Whether the configuration has it, or it was made at run time. Strangers' names reach no realm object. */
  async has(realm: string): Promise<boolean> {
    const { config, directory } = this.#ports;
    if (config.realms.has(realm)) return true;
    if (config.templates.size === 0) return false;
    const template = await directory.templateOf(realm);
    return template !== undefined && config.templates.has(template);
  }

  /** `{limit?, after?}`: by name. */
  list(query: Record<string, string>): Promise<AdminAnswer> {
    return this.#answer(query, async (fields) => {
      const { config, directory } = this.#ports;
      const limit = fields.limit(MOST_LISTED, LISTED);
      const after = fields.optionalText("after", MAX_NAME) ?? "";
      fields.done();
      const configured = [...config.realms.keys()].filter((name) => name > after);
      const known = new Map((await directory.list(after, limit + 1)).map((entry) => [entry.name, entry]));
      // Entries of realms that have left the configuration are history.
      const made = [...known.values()].flatMap(({ name, template }) =>
        template === undefined ? [] : [name],
      );
      const names = [...new Set([...configured, ...made])].sort((one, other) => (one < other ? -1 : 1));
      const page = await Promise.all(
        names.slice(0, limit).map(async (name) => this.#view(name, known.get(name))),
      );
      const last = page.at(-1)?.name;
      return { realms: page, ...(names.length > limit && last !== undefined && { next: last }) };
    });
  }

  /** `{name, template}` */
  create(body: { readonly [name: string]: Json }): Promise<AdminAnswer> {
    return this.#answer(body, async (fields) => {
      const { config, directory, realm } = this.#ports;
      const name = fields.text("name", MAX_NAME);
      const fault = realmNameFault(name);
      if (fault !== undefined) throw invalid("name", fault);
      const templates = [...config.templates.keys()];
      if (templates.length === 0)
        throw invalid("template", "cannot be named: the configuration has no TEMPLATES");
      const template = fields.choice("template", templates);
      fields.done();
      if (config.realms.has(name)) {
        throw new AdminError(REALM_EXISTS, `the configuration has a realm ${name}`, "name");
      }
      const creation = await directory.create(name, template);
      // Should it have been cut short the last time, it is made whole now.
      if (creation === "created" || (await directory.find(name))?.template === template) {
        await realm(name).make(template);
      }
      if (creation === "exists") throw new AdminError(REALM_EXISTS, `there is a realm ${name}`, "name");
      if (creation === "full") {
        throw new AdminError(
          "edgebahn.error.limit_exceeded",
          `the limit realms is ${MOST_REALMS}: remove some that are not used any more`,
        );
      }
      return { name, template };
    });
  }

  remove(name: string): Promise<AdminAnswer> {
    return this.#answer({}, async () => {
      const { config, directory, realm } = this.#ports;
      if (config.realms.has(name)) {
        const how = "the configuration has it: remove it from [[vars.REALMS]] and deploy";
        throw new AdminError(REALM_EXISTS, `the realm ${name} was not made at run time; ${how}`, "realm");
      }
      if (realmNameFault(name) !== undefined || (await directory.find(name))?.template === undefined) {
        throw new AdminError("wamp.error.no_such_realm", "there is no realm of that name", "realm");
      }
      // In this order, so that what was cut short can be done again.
      await realm(name).dissolve();
      await directory.remove(name);
      return { name };
    });
  }

  /** A configured realm is not on the directory's page when fewer than the page came before it. */
  async #view(name: string, entry: RealmEntry | undefined) {
    const found = entry ?? (await this.#ports.directory.find(name));
    const made = this.#ports.config.realms.has(name) ? undefined : found?.template;
    return {
      name,
      ...(made !== undefined && { template: made, created: dateOf(found?.created) }),
      ...(found?.lastUsed !== undefined && { lastUsed: dateOf(found.lastUsed) }),
    };
  }

  async #answer(given: unknown, work: (fields: Fields) => Promise<object>): Promise<AdminAnswer> {
    try {
      return { ok: true, result: (await work(new Fields(given))) as Json }; // views are plain data
    } catch (error) {
      return refusal(error);
    }
  }
}

function dateOf(time = 0): string {
  return new Date(time).toISOString();
}
