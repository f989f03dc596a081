/** docs/devices.md, all of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { followPage } from "./docs-follow.ts";
import { blocksOf } from "./docs-page.ts";

const PAGE = "docs/devices.md";

followPage(PAGE, blocksOf(readFileSync(join(import.meta.dirname, "../..", PAGE), "utf8")));
