/** The design's table of rooms, as a test: what a file of src/ imports, and what the pure rooms never touch. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../src");

interface Room {
  /** The rooms, and files of src/ that are in no room, that it may import besides itself. */
  readonly rooms: readonly string[];
  /** The packages that it may import. */
  readonly packages: readonly RegExp[];
  /** What its code never says. */
  readonly never: readonly RegExp[];
}

const NOT_PURE = [
  /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(/, // a time that was given may be written and read
  /\bperformance\b/,
  /\bMath\.random\b/,
  /\bcrypto\b/,
  /\basync\b/,
  /\bawait\b/,
  /\bPromise\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bconsole\b/,
];
const NO_SOCKET = [/\bWebSocket\b/, /\bSqlStorage\b/, /\bDurableObject/, /\bfetch\(/];

/** Room, or file of src/ that is in no room, to what it may do. */
const TABLE: Readonly<Record<string, Room>> = {
  wamp: { rooms: [], packages: [], never: [...NOT_PURE, ...NO_SOCKET] },
  serializer: { rooms: ["wamp"], packages: [/^(?:@msgpack\/msgpack|cborg)$/], never: NO_SOCKET },
  auth: { rooms: ["wamp"], packages: [/^jose$/], never: NO_SOCKET },
  router: { rooms: ["wamp"], packages: [], never: [...NOT_PURE, ...NO_SOCKET] },
  gateway: { rooms: ["wamp", "serializer", "auth", "router"], packages: [], never: NO_SOCKET },
  // config.ts: the realm object reads its own settings (docs/decisions.md).
  cloudflare: {
    rooms: ["wamp", "serializer", "auth", "router", "gateway", "config.ts"],
    packages: [/^cloudflare:workers$/, /^hono(?:\/|$)/, /^itty-durable$/],
    never: [],
  },
  // The types of what is configured stand where they are used.
  config: { rooms: ["wamp", "auth", "router"], packages: [/^valibot$/], never: NO_SOCKET },
  "config.ts": { rooms: ["wamp", "auth", "router", "config"], packages: [/^valibot$/], never: NO_SOCKET },
  "landing-page.ts": { rooms: ["config.ts"], packages: [/^hono(?:\/|$)/], never: [] },
  "worker.ts": {
    rooms: ["cloudflare", "config.ts", "landing-page.ts"],
    packages: [/^hono(?:\/|$)/],
    never: [],
  },
  console: { rooms: [], packages: [/^(?:autobahn|wampy)$/], never: [] },
};

interface Source {
  /** Below src/, as in `router/realm.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What a source file does that its room may not. */
function faults({ path, text }: Source): string[] {
  const own = roomOf(path);
  const room = TABLE[own];
  if (!room) return [`${path} is in no room of the table`];
  const found: string[] = [];
  for (const specifier of importsOf(text)) {
    if (!specifier.startsWith(".")) {
      if (!room.packages.some((allowed) => allowed.test(specifier)))
        found.push(`${path} imports ${specifier}`);
      continue;
    }
    const target = join(dirname(path), specifier);
    const other = roomOf(target);
    if (target.startsWith("..") || (other !== own && !room.rooms.includes(other))) {
      found.push(`${path} imports ${target}`);
    }
    if (!specifier.endsWith(".ts")) found.push(`${path} imports ${specifier} without .ts`);
  }
  const code = withoutComments(text);
  for (const word of room.never) {
    const match = word.exec(code);
    if (match) found.push(`${path} says ${match[0]}`);
  }
  return found;
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

/** The specifiers of static, dynamic and type imports, of side-effect imports and of re-exports. */
function importsOf(text: string): string[] {
  const clause = /\b(?:import|export)\b(?:[^"'();]*?\bfrom)?\s*\(?\s*["']([^"']+)["']/g;
  const required = /\brequire\s*\(\s*["']([^"']+)["']/g;
  const code = withoutComments(text);
  return [...code.matchAll(clause), ...code.matchAll(required)].flatMap(([, specifier]) => specifier ?? []);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function sources(): Source[] {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: readFileSync(join(SOURCE, path), "utf8") }));
}

describe("the rooms", () => {
  const found = sources();

  test.each(Object.keys(TABLE).filter((room) => found.some(({ path }) => roomOf(path) === room)))(
    "RULE-01 %s keeps to its row of the table",
    (room) => {
      expect(found.filter(({ path }) => roomOf(path) === room).flatMap(faults)).toEqual([]);
    },
  );

  test("RULE-01 every file of src/ is in a room", () => {
    expect(found.map(({ path }) => roomOf(path)).filter((room) => !TABLE[room])).toEqual([]);
    expect(new Set(found.map(({ path }) => roomOf(path))).size).toBeGreaterThanOrEqual(9);
  });

  test("RULE-01 the imports of a file are all found", () => {
    const gateway = found.find(({ path }) => path === "gateway/gateway.ts");
    const lines = gateway?.text.match(/^import |^export .* from /gm) ?? [];
    expect(importsOf(gateway?.text ?? "")).toHaveLength(lines.length);
    expect(lines.length).toBeGreaterThan(5);
  });
});

describe("the checker", () => {
  test.each([
    ["wamp/uri.ts", 'import { Realm } from "../router/realm.ts";', "router/realm.ts"],
    ["wamp/uri.ts", 'import * as v from "valibot";', "valibot"],
    ["serializer/json.ts", 'import type { Session } from "../router/session.ts";', "router/session.ts"],
    [
      "auth/jwt.ts",
      'import { SocketPeer } from "../cloudflare/socket-peer.ts";',
      "cloudflare/socket-peer.ts",
    ],
    ["router/realm.ts", 'export { Gateway } from "../gateway/gateway.ts";', "gateway/gateway.ts"],
    ["router/realm.ts", 'export * from "../serializer/json.ts";', "serializer/json.ts"],
    ["router/realm.ts", 'import { readFileSync } from "node:fs";', "node:fs"],
    ["gateway/gateway.ts", 'import { DurableObject } from "cloudflare:workers";', "cloudflare:workers"],
    ["gateway/gateway.ts", 'import { Hono } from "hono";', "hono"],
    ["gateway/gateway.ts", 'import "../cloudflare/random-id.ts";', "cloudflare/random-id.ts"],
    ["gateway/gateway.ts", 'const x = import("../worker.ts");', "worker.ts"],
    [
      "gateway/gateway.ts",
      "import {\n  a,\n  type B,\n} from\n  '../cloudflare/upgrade.ts';",
      "cloudflare/upgrade.ts",
    ],
    ["cloudflare/upgrade.ts", 'import app from "../worker.ts";', "worker.ts"],
    ["worker.ts", 'import { Realm } from "./router/realm.ts";', "router/realm.ts"],
    ["config.ts", 'import { Gateway } from "./gateway/gateway.ts";', "gateway/gateway.ts"],
    ["console/page.ts", 'import { parse } from "../wamp/message.ts";', "wamp/message.ts"],
    ["router/realm.ts", 'import { test } from "../../test/router/scene.ts";', "../test/router/scene.ts"],
  ])("RULE-01 %s is caught with %s", (path, text, target) => {
    expect(faults({ path, text })).toContain(`${path} imports ${target}`);
  });

  test.each([
    "const at = Date.now();",
    "const id = Math.random();",
    "async function f() {}",
    "await x;",
    "let p: Promise<void>;",
    "setTimeout(f, 1);",
    "crypto.getRandomValues(words);",
    'console.log("hi");',
  ])("RULE-02 the router and the vocabulary are caught with %s", (text) => {
    expect(faults({ path: "router/broker.ts", text })).toHaveLength(1);
    expect(faults({ path: "wamp/uri.ts", text })).toHaveLength(1);
    expect(faults({ path: "gateway/gateway.ts", text })).toEqual([]);
  });

  test("RULE-01 what a room may do, and what only a comment says, is let pass", () => {
    const text = [
      "/** No promise, no Date.now(); never import from '../gateway/gateway.ts'. */",
      'import { WampError } from "../wamp/error.ts"; // await nothing',
      'import type { Session } from "./session.ts";',
      "const updated = 1; // Promise",
    ].join("\n");
    expect(faults({ path: "router/broker.ts", text })).toEqual([]);
  });

  test("RULE-01 a file in no room, and an import without .ts, are caught", () => {
    expect(faults({ path: "util/helper.ts", text: "" })).toEqual([
      "util/helper.ts is in no room of the table",
    ]);
    expect(faults({ path: "router/broker.ts", text: 'import "./session";' })).toEqual([
      "router/broker.ts imports ./session without .ts",
    ]);
  });
});
