/** Text of a wrangler.toml, read as wrangler reads it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";

/** What we read of wrangler's own type, which needs packages that only wrangler has. */
export interface WranglerConfig {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly migrations: readonly unknown[];
  readonly durable_objects: { readonly bindings: readonly unknown[] };
}

/** @throws where it is no TOML, or not what wrangler wants */
export function readToml(text: string, env?: string): WranglerConfig {
  const folder = mkdtempSync(join(tmpdir(), "edgebahn-toml-"));
  try {
    const config = join(folder, "wrangler.toml");
    writeFileSync(config, text);
    const read: WranglerConfig = unstable_readConfig({ config, ...(env && { env }) }, { hideWarnings: true });
    return read;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
