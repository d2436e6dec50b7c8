import { resolve } from "node:path";
import { bundleWorker, PROJECT_ROOT } from "./cluster/bundle.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { probeAddress, startCluster } from "./cluster/cluster.ts";
import { DataFolder } from "./cluster/data-folder.ts";
import { isLoopback, parseLocalOptions, USAGE } from "./cluster/options.ts";
import { whenNpmDies } from "./process/parent-watch.ts";
import type { SignalEffect } from "./process/stop-signals.ts";
import { StopSignals } from "./process/stop-signals.ts";
import { banner } from "./cluster/banner.ts";
import { readVariablesFile } from "./cluster/variables-file.ts";
import { resolveVariables } from "./cluster/variables.ts";

/** After this long the process exits, and the guard kills a runtime that is still running. */
const STOP_TIMEOUT_MS = 5000;

async function main(): Promise<void> {
  const options = parseLocalOptions(process.argv.slice(2), process.env, readVariablesFile);
  if (!options.ok) return fail(options.error);
  if (options.value.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { host, port, file } = options.value;

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

/** The first signal shuts the server down gracefully; a later one, not from the same key press, ends it at once. */
function stopOnSignals(cluster: Cluster): void {
  const signals = new StopSignals();
  const obey = (effect: SignalEffect): void => {
    if (effect === "ignore") return;
    if (effect === "abort") process.exit(1);
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    void cluster.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Miniflare's own handlers would end the process before asynchronous work can run.
    process.removeAllListeners(signal);
    process.on(signal, () => obey(signals.signalled(performance.now())));
  }
  whenNpmDies(() => obey(signals.parentEnded(performance.now())));
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
