/** The pages name tests, files, error URIs and packages: all of them are there. What they say and no other test shows is shown here. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { routerForThisFile } from "./router.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/security.md",
  "docs/devices.md",
  "examples/README.md",
];

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The text of all files below a folder whose names end so. */
function all(folder: string, ending: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => read(join(folder, path)))
    .join("\n");
}

test("RULE-70 each requirement that docs/security.md names stands in the title of a test", () => {
  const titles = all("test", ".test.ts");
  const named = read("docs/security.md").match(/\b(?:S\d+|[A-Z]{3,4}-\d\d)\b/g) ?? [];
  expect(named.length).toBeGreaterThan(30);
  for (const id of new Set(named)) expect(titles, id).toMatch(new RegExp(`["\`][^"\`\n]*\\b${id} `));
});

test.for(PAGES)("RULE-70 what %s points to is there", (page) => {
  const text = read(page);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  for (const link of links.filter((each) => !/^(?:https?:|#)/.test(each))) {
    const [path = "", heading] = link.split("#");
    const target = join(dirname(page), path);
    expect(existsSync(join(ROOT, target)), link).toBe(true);
    if (heading !== undefined) expect(headings(read(target)), link).toContain(heading);
  }
  for (const link of links.filter((each) => each.startsWith("#"))) {
    expect(headings(text), link).toContain(link.slice(1));
  }
  for (const [, path = ""] of text.matchAll(/`((?:src|test|bench|tools|docs|examples)\/[\w./-]+)`/g)) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
  }
});

/** As GitHub makes addresses of them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- |]/g, "")
      .replaceAll(" ", "-"),
  );
}

test("RULE-70 every error and reason of the router's own is on the page for devices, and no other", () => {
  const own = (text: string) => new Set(text.match(/\bedgebahn\.(?:error|close)\.[a-z_]+/g));
  expect([...own(read("docs/devices.md"))].sort()).toEqual([...own(all("src", ".ts"))].sort());
});

test("RULE-70 each reason of WAMP's that the page for devices explains is one that the router gives, and each error is explained", () => {
  const source = all("src", ".ts");
  const [, table = ""] = read("docs/devices.md").split("## What a client is told");
  const named = table.match(/wamp\.(?:error|close)\.[a-z_]+/g) ?? [];
  expect(named.length).toBeGreaterThan(10);
  for (const uri of new Set(named)) expect(source, uri).toContain(`"${uri}"`);
  const given = source.match(/(?<=")wamp\.error\.[a-z_]+(?=")/g) ?? [];
  expect(given.filter((uri) => !read("docs/devices.md").includes(`\`${uri}\``))).toEqual([]);
});

test("S20 the packages that are deployed are those that docs/security.md lists, and six at most", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const [, list = ""] = /At run time, and nothing else:([\s\S]*?)\.\s/.exec(read("docs/security.md")) ?? [];
  const listed = [...list.matchAll(/`([\w-]+)` \(/g)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
  expect(listed.length).toBeLessThanOrEqual(6);
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

describe('anonymous = "local"', () => {
  const router = routerForThisFile();

  /** What comes back on a HELLO with nothing in it. */
  function greeted(host: string): Promise<unknown[]> {
    const socket = new WebSocket(router().url, "wamp.2.json", { headers: { Host: host } });
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("open", () => socket.send('[1,"realm1",{"roles":{"publisher":{}}}]'));
      socket.once("message", (text) => {
        resolve(JSON.parse(String(text)) as unknown[]);
        socket.terminate();
      });
    });
  }

  test.for(["localhost", "127.0.0.1", "localhost:1234"])(
    "RULE-04 whoever says that the router is %s is let in, as docs/security.md warns",
    async (host) => {
      expect(await greeted(host)).toEqual([
        2,
        expect.any(Number),
        expect.objectContaining({ authrole: "anonymous" }),
      ]);
    },
  );

  test.for(["router.example.com", "192.168.1.5:8080", "localhost.example.com", "0.0.0.0"])(
    "RULE-04 whoever reaches it as %s is not",
    async (host) => {
      expect(await greeted(host)).toEqual([3, expect.anything(), "wamp.error.authentication_required"]);
    },
  );
});
