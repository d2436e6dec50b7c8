/**
 * `npm run fuzz [-- --requests 100000 --seed N --connections 32 --semantic off]`:
 * a long fuzz run against a separate server.
 */
import { parseArgs } from "node:util";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import { fuzz, fuzzUpstream } from "./fuzz-run.ts";

const PROGRESS_EVERY = 10_000;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    connections: { type: "string", default: "32" },
    semantic: { type: "string", default: "off" },
  },
});
const [requests, seed, connections] = [Number(values.requests), Number(values.seed), Number(values.connections)];
if (![requests, seed, connections].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write("Usage: npm run fuzz [-- --requests 100000 --seed 1 --connections 32 --semantic off]\n");
  process.exit(1);
}

await using cluster = await startTestCluster({ script: fuzzUpstream, vars: { SEMANTIC: values.semantic } });
const onProgress = (done: number): void => {
  if (done % PROGRESS_EVERY === 0) process.stdout.write(`${done}\n`);
};
const report = await fuzz({ url: cluster.url, adminToken: cluster.server.adminToken, requests, seed, connections, onProgress });
process.stdout.write(`${report.requests} requests, seed ${seed}: ${JSON.stringify(report.statuses)}\n`);
const logged = cluster.server
  .output()
  .split("\n")
  .filter((line) => line.includes('"level":"error"'));
for (const finding of [...report.findings, ...logged]) process.stdout.write(`\n${finding}\n`);
process.stdout.write(report.findings.length === 0 ? "No findings.\n" : `${report.findings.length} findings.\n`);
process.exitCode = report.findings.length === 0 && logged.length === 0 ? 0 : 1;
