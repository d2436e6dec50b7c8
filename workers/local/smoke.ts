import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SmokeCheck } from "./smoke/smoke-check.ts";

const USAGE = `Usage: npm run smoke -- URL [--key KEY] [--admin-token TOKEN] [--model MODEL]

Checks a running deployment over HTTP. Makes two short model calls. With --admin-token it also purges the answers it
stored. A run creates Durable Objects, which then stay where they are: it first says where, and waits five seconds.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { key: { type: "string" }, "admin-token": { type: "string" }, model: { type: "string" }, help: { type: "boolean", short: "h" } },
});
const url = positionals[0];
if (values.help === true || url === undefined || URL.parse(url) === null) {
  process.stdout.write(USAGE);
  process.exit(values.help === true ? 0 : 2);
}

const check = new SmokeCheck({
  url: url.replace(/\/+$/, ""),
  key: values.key ?? null,
  adminToken: values["admin-token"] ?? null,
  model: values.model ?? null,
  print: (line) => process.stdout.write(`${line}\n`),
  pause: (delayMs) => sleep(delayMs),
  fetch,
});
const { passed, failed } = await check.run();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
