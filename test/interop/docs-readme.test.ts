/** What the README says of closing a realm and opening it again; and that its configurations are ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { readToml } from "../tools/wrangler-toml.ts";
import { followPage } from "./docs-follow.ts";
import { blocksOf } from "./docs-page.ts";

const PAGE = "README.md";
const blocks = blocksOf(readFileSync(join(import.meta.dirname, "../..", PAGE), "utf8"));

followPage(
  PAGE,
  blocks.filter(({ section }) => section === "Close it and open it again"),
);

test("RULE-70 the realm of the section on deploying is one that everybody may join", () => {
  const [toml] = blocks.filter(({ section, language }) => section === "Deploy it" && language === "toml");
  const { realms } = readConfig(readToml(toml?.text ?? "").vars);
  expect([...realms.values()]).toMatchObject([{ name: "realm1", anonymous: "everybody" }]);
});
