import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NoOpLog } from "miniflare";
import { bundleWorker, PROJECT_ROOT } from "../../../workers/local/cluster/bundle.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../../../workers/local/cluster/cluster.ts";
import type { ProbedWorker } from "./heap-probe.ts";
import type { BenchmarkReport, Figure } from "../report.ts";
import { plainFigure } from "../report.ts";
import { BYTES_PER_MB } from "./resident-memory.ts";
import { MAIN_MODULE, startProbed } from "./heap-probe.ts";

const WORKER = "holders";
const MAX_FACTOR = 1.25;

/** Fills each holder of memory in workerd and compares what V8 holds after a garbage collection with what the ledger counts. */
export async function memoryHolders(): Promise<BenchmarkReport> {
  await using worker = await start();
  const table = await readFile(join(PROJECT_ROOT, "workers/assets/static-embedder.v1.bin"));
  const names = await ask<readonly string[]>(worker, "/holders", table);
  const figures: Figure[] = [];
  const ratios: number[] = [];
  for (const name of names) {
    const before = await worker.heldBytes();
    const counted = await ask<number>(worker, `/fill?holder=${encodeURIComponent(name)}`, table);
    const ratio = ((await worker.heldBytes()) - before) / counted;
    ratios.push(ratio);
    figures.push(plainFigure(`${name}, ${(counted / BYTES_PER_MB).toFixed(1)} MB counted`, "real / counted", [ratio]));
  }
  const largest = Math.max(...ratios.map((ratio) => Math.max(ratio, 1 / ratio)));
  figures.push(plainFigure("largest factor between real and counted memory", "", [largest], { is: "at most", value: MAX_FACTOR }));
  return { name: "memory-holders", about: "memory that each holder takes in V8, and what the ledger counts for it", figures };
}

async function ask<Answer>(worker: ProbedWorker, path: string, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const response = await fetch(`${worker.url}${path}`, { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  return response.json<Answer>();
}

async function start(): Promise<ProbedWorker> {
  const modules = await bundleWorker("test/bench/memory/holders-worker.ts");
  const manifest = {
    mainModule: MAIN_MODULE,
    modulesRoot: join(PROJECT_ROOT, "dist"),
    modules: Object.fromEntries(modules.filter(({ type }) => type !== "sourcemap").map(({ name, ...module }) => [name, module])),
  };
  const config = { name: WORKER, compatibilityDate: COMPATIBILITY_DATE, compatibilityFlags: [...COMPATIBILITY_FLAGS], manifest };
  return startProbed(WORKER, {
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    workers: [{ config, dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0, proxy: false }] } }],
  });
}
