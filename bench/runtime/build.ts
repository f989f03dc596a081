/** The production build of a worker: what `wrangler deploy` would upload, in a folder, with what its wrangler.toml says. */
import { execFile } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { unstable_readConfig } from "wrangler";

export interface Build {
  readonly folder: string;
  /** Relative to the folder; the entry comes first. */
  readonly modules: readonly string[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Binding -> its value: text, or anything that is JSON. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly objects: readonly { readonly binding: string; readonly className: string }[];
}

/** What we read of wrangler's own type, which needs packages that only wrangler has. */
interface WranglerConfig {
  readonly main: string | undefined;
  readonly compatibility_date: string | undefined;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
}

const QUIET = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG_SANITIZE: "true",
};

/**
 * `readable`: its functions keep their names, for a profile; not what would be uploaded.
 * @throws with wrangler's own words when the worker does not build.
 */
export async function build(
  wranglerToml: string,
  folder: string,
  { readable = false }: { readonly readable?: boolean } = {},
): Promise<Build> {
  await mkdir(folder, { recursive: true });
  const wrangler = join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
  await promisify(execFile)(
    process.execPath,
    [
      wrangler,
      "deploy",
      "--dry-run",
      "--config",
      wranglerToml,
      "--outdir",
      folder,
      ...(readable ? ["--no-minify"] : []),
    ],
    { env: { ...process.env, ...QUIET, WRANGLER_LOG_PATH: join(folder, "../wrangler.log") } },
  );

  const config: WranglerConfig = unstable_readConfig({ config: wranglerToml }, { hideWarnings: true });
  const entry = `${basename(config.main ?? "").replace(/\.\w+$/, "")}.js`;
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const modules = files
    .filter((file) => file.isFile() && file.name !== "README.md" && !file.name.endsWith(".map"))
    .map((file) => join(file.parentPath, file.name).slice(folder.length + 1))
    .sort((one, other) => Number(other === entry) - Number(one === entry));

  return {
    folder,
    modules,
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    vars: config.vars,
    objects: config.durable_objects.bindings.map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
    })),
  };
}
