import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

const TEST_TIMEOUT_MS = 30_000;
/** Of every property test in an ordinary run; `npm run properties` brings its own. */
const PROPERTY_SEED = "20261128";
const E2E_TIMEOUT_MS = 120_000;

export default defineConfig({
  define: {
    __PROPERTY_SEED__: process.env["PROPERTY_SEED"] ?? PROPERTY_SEED,
    // Set by `npm run cost`.
    __PRINT_COST__: process.env["PRINT_COST"] === "1",
  },
  test: {
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    maxWorkers: 2,
    setupFiles: ["./test/support/property-seed.ts"],
    projects: [
      {
        extends: true,
        test: { name: "unit", environment: "node", include: ["test/unit/**/*.test.ts"] },
      },
      {
        extends: true,
        plugins: [cloudflareTest({ wrangler: { configPath: "./test/integration/wrangler.toml" } })],
        test: { name: "integration", include: ["test/integration/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          environment: "node",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: E2E_TIMEOUT_MS,
          hookTimeout: E2E_TIMEOUT_MS,
        },
      },
    ],
    coverage: {
      provider: "v8",
      reportOnFailure: true,
      include: ["workers/front/**/*.ts", "workers/*.ts", "durable-objects/**/*.ts", "shared/**/*.ts"],
      reporter: ["text-summary", "html", "json-summary"],
    },
  },
});
