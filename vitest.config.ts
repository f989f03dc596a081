import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

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
            "test/{wamp,serializer,auth,router,gateway,contract,fuzz}/**/*.test.ts",
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
                  ...Array.from({ length: 100 }, (_, n) => ({ name: `realm${n + 1}`, anonymous: "local" })),
                  {
                    name: "history",
                    anonymous: "local",
                    eventHistory: [
                      { uri: "com.x", limit: 3 },
                      { uri: "com.", match: "prefix" },
                    ],
                  },
                ],
              },
            },
          }),
        ],
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
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
