import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { ADMIN_SECRET, fleetRealm } from "./test/fleet-realm.ts";
import { openRealm } from "./test/open-realm.ts";

// Three projects: the pure rooms in plain Node, the object inside workerd, and stock clients over real sockets.
export default defineConfig({
  test: {
    reporters: ["default", "./test/conformance/reporter.ts", "./test/closing-line.ts"],
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
                  openRealm("history", {
                    eventHistory: [
                      { uri: "com.x", limit: 3 },
                      { uri: "com.", match: "prefix" },
                    ],
                  }),
                ],
                TEMPLATES: [fleetRealm("fleet")],
                ADMIN: {},
                ADMIN_SECRET,
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
