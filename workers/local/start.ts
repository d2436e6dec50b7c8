import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { bundleWorker, PROJECT_ROOT } from "./cluster/bundle.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { probeAddress, startCluster } from "./cluster/cluster.ts";
import { DataFolder } from "./cluster/data-folder.ts";
import { isLoopback, parseLocalOptions, USAGE } from "./cluster/options.ts";
import type { LocalOptions } from "./cluster/options.ts";
import { whenNpmDies } from "./process/parent-watch.ts";
import { banner } from "./cluster/banner.ts";
import { resolveVariables } from "./cluster/variables.ts";

/** After this long the process exits, and the guard kills a runtime that is still running. */
const STOP_TIMEOUT_MS = 5000;

async function main(): Promise<void> {
  const options = parseLocalOptions(process.argv.slice(2), process.env);
  if (!options.ok) return fail(options.error);
  if (options.value.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { host, port } = options.value;
  const file = readVariables(options.value);
  if (file === null) return fail(`The variables file ${options.value.varsFile} cannot be read.`);

  const folder = await DataFolder.open(resolve(PROJECT_ROOT, options.value.dataDir));
  if (!folder.ok) return fail(folder.error);
  // Frees the folder on every regular exit.
  process.on("exit", () => folder.value.release());

  const variables = resolveVariables({ environment: process.env, file, host, adminToken: folder.value.adminToken() });
  if (!variables.ok)
    return fail(
      ["The configuration is invalid:", ...variables.error.map(({ variable, message }) => `  ${variable} ${message}`)].join("\n"),
    );
  for (const name of variables.value.unknown)
    process.stderr.write(`${name} in ${options.value.varsFile} is not a Refrain setting and is ignored.\n`);

  const problem = await probeAddress(host, port);
  if (problem !== null) return fail(addressProblem(host, port, problem));

  const { vars, config } = variables.value;
  const cluster = await startCluster({ host, port, modules: await bundleWorker(), vars, folder: folder.value });
  stopOnSignals(cluster);
  process.stdout.write(
    banner({
      url: cluster.url,
      adminToken: vars["ADMIN_TOKEN"] ?? "",
      dataFolder: folder.value.path,
      config,
      openToNetwork: !isLoopback(host),
    }),
  );
}

function readVariables(options: LocalOptions): Readonly<Record<string, string | undefined>> | null {
  try {
    return parseEnv(readFileSync(resolve(PROJECT_ROOT, options.varsFile), "utf8"));
  } catch {
    return options.varsFileNamed ? null : {};
  }
}

/** The first signal shuts the server down gracefully; a second one exits at once. */
function stopOnSignals(cluster: Cluster): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    void cluster.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Miniflare's own handlers would end the process before asynchronous work can run.
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  whenNpmDies(stop);
}

function addressProblem(host: string, port: number, code: string): string {
  if (code === "EADDRINUSE")
    return `Port ${port} on ${host} is already in use. Stop the program that uses it, or choose another port: PORT=${port + 1} npm start`;
  if (code === "EACCES") return `This user may not listen on port ${port} of ${host}. Choose another port: PORT=8787 npm start`;
  return `Refrain cannot listen on ${host}:${port} (${code}). Check HOST and PORT.`;
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

await main().catch((error: unknown) => {
  process.stderr.write(`Refrain did not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
