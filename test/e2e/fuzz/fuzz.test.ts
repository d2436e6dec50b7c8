import { expect, test } from "vitest";
import { startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import { fuzz, fuzzUpstream } from "./fuzz-run.ts";

const REQUESTS = 3000;
const CONNECTIONS = 32;
const SEED = 20_261_121;

test("three thousand generated requests cause no server error, no hang and no malformed error", async () => {
  await using cluster = await startTestCluster({ script: fuzzUpstream });
  const report = await fuzz({
    url: cluster.url,
    adminToken: cluster.server.adminToken,
    requests: REQUESTS,
    seed: SEED,
    connections: CONNECTIONS,
  });
  expect(report.findings).toEqual([]);
  expect(report.requests).toBe(REQUESTS);
  // The generator must produce valid requests as well as invalid ones.
  expect(report.statuses["200"]).toBeGreaterThan(REQUESTS / 4);
  expect(report.statuses["400"]).toBeGreaterThan(REQUESTS / 10);
  const shards = await cluster.settle((seen) => sumOf(seen, "flights") === 0);
  expect(sumOf(shards, "subscribers")).toBe(0);
  expect(cluster.server.output()).not.toContain('"level":"error"');
});
