/** `npm run properties [-- --seed N --rounds 3]`: every property test with fresh seeds, which are printed. */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const MAX_SEED = 2 ** 31 - 1;
const USAGE = `Usage: npm run properties [-- --seed N --rounds N]

Runs every property test with fresh seeds. \`npm test\` always uses the same one.

  --seed N     start from the seed of an earlier round, to repeat it (default: a random one)
  --rounds N   how many rounds, each with a seed of its own (default: 1)
  --help       this text
`;

const { values } = parseArgs({
  options: { seed: { type: "string" }, rounds: { type: "string", default: "1" }, help: { type: "boolean", short: "h" } },
});
if (values.help === true) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const firstSeed = values.seed === undefined ? randomInt(MAX_SEED) : Number(values.seed);
const rounds = Number(values.rounds);
if (![firstSeed, rounds].every((value) => Number.isSafeInteger(value) && value >= 0) || rounds < 1) {
  process.stderr.write(USAGE);
  process.exit(1);
}

const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && readFileSync(join(ROOT, "test", file), "utf8").includes("fast-check"))
  .map((file) => `test/${file}`);
const failed: number[] = [];
for (let round = 0; round < rounds; round++) {
  const seed = firstSeed + round;
  process.stdout.write(`\nRound ${round + 1} of ${rounds}: ${files.length} files, seed ${seed}\n`);
  const { status } = spawnSync(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...files], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PROPERTY_SEED: String(seed) },
  });
  if (status !== 0) failed.push(seed);
}
if (failed.length === 0) process.stdout.write(`\nEvery property held, from seed ${firstSeed} on.\n`);
for (const seed of failed) process.stdout.write(`\nTo repeat the round that failed: npm run properties -- --seed ${seed}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
