import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { ADMIN_SECRET, fleetRealm } from "./test/fleet-realm.ts";
import { MODEL_REALMS } from "./test/fuzz/model/model-realm.ts";
import { openRealm } from "./test/open-realm.ts";

// Three projects: the pure rooms in plain Node, the object inside workerd, and stock clients over real sockets.
export default defineConfig({
  test: {
    reporters: ["default", "./test/conformance/reporter.ts", "./test/closing-line.ts"],
    // A realm says when it wakes, which in these tests it does thousands of times.
    onConsoleLog: (text) => !text.includes('"event":"wake"'),
    projects: [
      {
        test: {
          name: "node",
          environment: "node",
          include: [
            "test/*.test.ts",
            "test/{wamp,serializer,auth,router,gateway,cloudflare,config,contract,fuzz,security,tools}/**/*.test.ts",
          ],
          testTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            // A realm for each test, so that none finds what another left.
            miniflare: {
              bindings: {
                REALMS: [
                  ...Array.from({ length: 100 }, (_, n) => openRealm(`realm${n + 1}`)),
                  ...Array.from({ length: 60 }, (_, n) => fleetRealm(`fleet${n + 1}`)),
                  ...MODEL_REALMS,
                  ...Array.from({ length: 5 }, (_, n) =>
                    openRealm(`quiet${n + 1}`, { liveness: { silence: 60 } }),
                  ),
                  openRealm("small", { limits: { sessions: 100, joining: 3 } }),
                  openRealm("history", {
                    eventHistory: [
                      { uri: "com.x", limit: 3 },
                      { uri: "com.", match: "prefix" },
                    ],
                  }),
                ],
                TEMPLATES: [
                  fleetRealm("fleet"),
                  { ...fleetRealm("archive"), eventHistory: [{ uri: "com.x", limit: 3 }] },
                ],
                ADMIN: {},
                ADMIN_SECRET,
                MODEL_RUNS: process.env.FULL === "1" ? 300 : 10,
                EVICTIONS: process.env.FULL === "1" ? 10_000 : 300,
              },
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/workerd/**/*.test.ts"],
          // itty-durable is written in modules and does not say so; bundlers do not ask, the test runner does.
          deps: { optimizer: { ssr: { enabled: true, include: ["itty-durable"] } } },
        },
      },
      {
        test: {
          name: "interop",
          environment: "node",
          include: ["test/{interop,crash}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
