/**
 * Measures whether similarity search slows down exact hits:
 * `node test/bench/semantic/exact-hits.ts [--rounds N] [--seconds N]`.
 *
 * Two servers, one with SEMANTIC=on and one with SEMANTIC=off, are asked in turn for the same stored questions. Isolate
 * memory is off, so a shard answers every hit. Prints the ratio of the two (on / off) over the rounds.
 */
import { parseArgs } from "node:util";
import { startBenchUpstream } from "../bench-upstream.ts";
import { findLoadGenerator } from "../load-generator.ts";
import { chatBody, CHAT_PATH, otherThanHits, startProduct, store } from "../product.ts";
import { comparison, tableOf, writeReport } from "../report.ts";
import { interleave } from "../rounds.ts";

const QUESTIONS = 2000;
const TARGET = { is: "at least", value: 0.97 } as const;
/** Asked first. It makes the server load the table and the first indexes, which must not be part of the measurement. */
const SETTLE_QUESTION = "What is the tallest mountain of the benchmark?";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "9" }, seconds: { type: "string", default: "3" } } });
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const { generate, name } = findLoadGenerator();
process.stdout.write(`Load generator: ${name}\n\n`);
const bodies = Array.from({ length: QUESTIONS }, (_, index) => chatBody(`How do I store item number ${index} of the benchmark?`));

using upstream = await startBenchUpstream();
await using off = await startProduct(upstream.url, { L0_TTL_SECONDS: "0", SEMANTIC: "off" });
await using on = await startProduct(upstream.url, { L0_TTL_SECONDS: "0", SEMANTIC: "on" });
for (const server of [off, on]) {
  await store(server, [chatBody(SETTLE_QUESTION)]);
  await store(server, bodies);
}
const before = [await otherThanHits(off), await otherThanHits(on)];
const hits = async (server: typeof on): Promise<number> => generate({ url: server.url, path: CHAT_PATH, bodies, seconds });
const pairs = await interleave(
  rounds,
  async () => hits(off),
  async () => hits(on),
);
const report = {
  name: "exact-hits",
  about: `exact hits of ${QUESTIONS} keys over 8 shards, SEMANTIC=on compared with SEMANTIC=off (the floor)`,
  figures: [comparison("exact hits", "requests/s", pairs, TARGET)],
};
process.stdout.write(`${tableOf(report)}\n`);
await writeReport(report);
const after = [await otherThanHits(off), await otherThanHits(on)];
if (before.join() !== after.join()) throw new Error("Not every answer was a hit.");
