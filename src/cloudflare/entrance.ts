/**
 * The way of a WebSocket upgrade through the Worker: judged, then handed to its realm's object, or to the front desk. A fleet
 * that comes back comes through here, so nothing is looked up or made that this one upgrade does not need.
 */
import { type Config, readConfig } from "../config.ts";
import { receiveAtDesk } from "./front-desk.ts";
import { logLine } from "./log-line.ts";
import { RealmDirectory } from "./realm-directory.ts";
import {
  ADMISSION_HEADER,
  type Admission,
  admit,
  type Denial,
  homeOf,
  type Realms,
  type TemplateOf,
} from "./upgrade.ts";

/** A request as it came to the Worker. */
export interface Visit {
  readonly request: Request;
  /** Its address. */
  readonly url: URL;
  readonly env: Env;
  readonly context: Pick<ExecutionContext, "waitUntil">;
}

const NO_TEMPLATES: TemplateOf = async () => undefined;

/**
 * @param realm as the address names it; undefined: it names none
 * @throws ConfigError, and rejects with that, DirectoryBusy, or what the realm's object threw
 */
export function enter(visit: Visit, realm: string | undefined): Promise<Response> {
  const { request, url, env } = visit;
  const config = readConfig(env);
  const templateOf: TemplateOf =
    config.templates.size > 0
      ? (name) => new RealmDirectory(env.DIRECTORY).templateForStranger(name)
      : NO_TEMPLATES;
  const realms = { config, templateOf };
  const admission = admit(request, realm, { ...realms, url });
  const isMapped = realm !== undefined || !config.frontDesk || config.hosts.has(url.hostname);
  const go = (admitted: Admission | Denial): Promise<Response> => {
    if ("status" in admitted) {
      tellRefused(url, admitted);
      return Promise.resolve(refusal(admitted.text, admitted.status));
    }
    return isMapped ? handOver(visit, admitted, config) : Promise.resolve(toDesk(visit, admitted, realms));
  };
  return admission instanceof Promise ? admission.then(go) : go(admission);
}

function toDesk(visit: Visit, admission: Admission, realms: Realms): Response {
  return receiveAtDesk({
    ...admission,
    open: async (named) => {
      const home = named === undefined ? undefined : await homeOf(named, realms);
      // A realm that there is not is refused by the default realm's gateway, with what there is instead.
      const { webSocket, status } = await handOver(visit, { ...admission, ...home }, realms.config);
      if (webSocket) return webSocket;
      throw new Error(`the realm's object answered ${status}`);
    },
    log: (entry) => console.warn(logLine(entry)),
  });
}

function handOver({ env, context }: Visit, admission: Admission, { realms }: Config): Promise<Response> {
  const { realm } = admission;
  const noting = new RealmDirectory(env.DIRECTORY).note(realm, realms.has(realm));
  if (noting) context.waitUntil(noting);
  // A new request: no header of the client's reaches the object.
  return env.REALM.getByName(realm).fetch("https://realm/", {
    headers: { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(admission) },
  });
}

/** Says in the log why an upgrade was refused: browsers and WAMP clients show their users no more of it than the status. */
export function tellRefused({ pathname }: URL, { status, text }: Pick<Denial, "status" | "text">): void {
  console.warn(logLine({ event: "refused", status, path: pathname, message: text }));
}

/** For whoever is told something by the Worker itself. */
export function refusal(text: string, status: number, headers?: Readonly<Record<string, string>>): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "Content-Type": "text/plain; charset=UTF-8", ...headers },
  });
}
