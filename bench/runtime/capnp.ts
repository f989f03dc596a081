/** A build as a configuration of bare workerd: one worker, one socket, SQLite objects on disk. */
import type { Build } from "./build.ts";

/** File name ending -> what workerd calls such a module. */
const KINDS: Readonly<Record<string, string>> = {
  js: "esModule",
  mjs: "esModule",
  wasm: "wasm",
  bin: "data",
  txt: "text",
  html: "text",
  sql: "text",
};

/** `disk` is a folder that exists. The port is chosen by the system and told on the control descriptor. */
export function capnp(build: Build, disk: string): string {
  const modules = build.modules.map((name) => {
    const kind = KINDS[name.slice(name.lastIndexOf(".") + 1)];
    if (kind === undefined) throw new Error(`the build holds ${name}, and the bench knows no such module`);
    return `(name = ${text(name)}, ${kind} = embed ${text(name)})`;
  });
  const bindings = [
    ...build.objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries(build.vars).map(([name, value]) =>
      typeof value === "string"
        ? `(name = ${text(name)}, text = ${text(value)})`
        : `(name = ${text(name)}, json = ${text(JSON.stringify(value))})`,
    ),
  ];
  const classes = build.objects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`bench-${className}`)}, enableSql = true)`,
  );

  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = ${text(disk)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = ${text(build.compatibilityDate)},
  compatibilityFlags = [${build.compatibilityFlags.map(text).join(", ")}],
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
);
`;
}

/** Cap'n Proto's text literals escape as JSON's do, as far as our names and values go. */
function text(value: string): string {
  return JSON.stringify(value);
}
