import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "./cluster/bundle.ts";
import { DataFolder } from "./cluster/data-folder.ts";
import { parseLocalOptions } from "./cluster/options.ts";
import { readVariablesFile } from "./cluster/variables-file.ts";
import { resolveVariables } from "./cluster/variables.ts";

const SECRET_MODE = 0o600;

// `npm run dev`: runs `wrangler dev` with the variables that `npm start` would use and a separate data folder.
const options = parseLocalOptions(process.argv.slice(2), process.env, readVariablesFile);
if (!options.ok) stop(options.error);
const { host, port, dataDir, file: settings } = options.value;
const folder = await DataFolder.open(resolve(PROJECT_ROOT, dataDir, "dev"));
if (!folder.ok) stop(folder.error);
process.on("exit", () => folder.value.release());

const variables = resolveVariables({
  environment: process.env,
  file: settings,
  host,
  adminToken: folder.value.adminToken(),
});
if (!variables.ok) stop(variables.error.map(({ variable, message }) => `${variable} ${message}`).join("\n"));
const { vars } = variables.value;

// The variables go into a file, because every user of the machine can read a command line.
const file = join(folder.value.path, "vars");
writeFileSync(
  file,
  Object.entries(vars)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join(""),
  { mode: SECRET_MODE },
);
process.stdout.write(`admin token  ${vars["ADMIN_TOKEN"] ?? ""}\n`);

const args = ["dev", "--ip", host, "--port", String(port), "--persist-to", folder.value.statePath, "--env-file", file];
const wrangler = spawn(join(PROJECT_ROOT, "node_modules/.bin/wrangler"), args, {
  cwd: PROJECT_ROOT,
  stdio: "inherit",
  env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
});
// Signals are passed on to wrangler; this process exits when wrangler does.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => wrangler.kill(signal));
wrangler.once("exit", (code) => process.exit(code ?? 1));

/** Quotes a value for dotenv, which expands `$` even inside quotes. */
function quoted(value: string): string {
  return `"${value.replaceAll("$", "\\$")}"`;
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
