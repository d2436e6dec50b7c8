/** `npm run verify [-- NAME …]`: the long checks, one after another. They may use PyPI; `npm test` needs npm alone. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");

interface LongCheck {
  readonly name: string;
  readonly does: string;
  /** Arguments of `node`. */
  readonly command: readonly string[];
}

const CHECKS: readonly LongCheck[] = [
  {
    name: "properties",
    does: "every property test, five times with fresh seeds",
    command: ["test/support/run-properties.ts", "--rounds", "5"],
  },
  { name: "fuzz", does: "100,000 generated requests, exact answers only", command: ["test/e2e/fuzz/fuzz.ts"] },
  {
    name: "fuzz-semantic",
    does: "100,000 generated requests with similarity search",
    command: ["test/e2e/fuzz/fuzz.ts", "--semantic", "on", "--seed", "2"],
  },
];

const USAGE = `Usage: npm run verify [-- NAME …]

The long checks, all of them or those that are named. Each ends with a line that says how it went.

${CHECKS.map(({ name, does }) => `  ${name.padEnd(16)}${does}`).join("\n")}
`;

const { values, positionals } = parseArgs({ options: { help: { type: "boolean", short: "h" } }, allowPositionals: true });
const unknown = positionals.find((name) => !CHECKS.some((check) => check.name === name));
if (values.help === true || unknown !== undefined) {
  (unknown === undefined ? process.stdout : process.stderr).write(
    unknown === undefined ? USAGE : `There is no check '${unknown}'.\n\n${USAGE}`,
  );
  process.exit(unknown === undefined ? 0 : 1);
}

const failed: string[] = [];
for (const { name, does, command } of CHECKS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stdout.write(`\n== ${name}: ${does}\n`);
  const [script = "", ...args] = command;
  const { status } = spawnSync(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: "inherit" });
  process.stdout.write(`== ${name}: ${status === 0 ? "passed" : "FAILED"}\n`);
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? "\nEvery long check passed.\n" : `\nFailed: ${failed.join(", ")}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
