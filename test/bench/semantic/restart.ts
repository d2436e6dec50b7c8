/**
 * Measures the first search in a full shard after a restart: `node test/bench/semantic/restart.ts [--vectors 50000]`.
 *
 * Stores questions with vectors of 256 dimensions in one object's SQLite storage and restarts the runtime. Then times
 * the first search from outside and subtracts the time of a request that does nothing. Repeats the restart.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { Miniflare } from "miniflare";
import { plainFigure, tableOf, writeReport } from "../report.ts";

const ROOT = join(import.meta.dirname, "../../..");
const COMPATIBILITY_DATE = "2026-10-15";
const WORKER = "bench";
const MAIN_MODULE = "worker.mjs";
const BATCH = 1000;
const RESTARTS = 7;
const IDLE_REQUESTS = 5;
const MAX_FIRST_SEARCH_MS = 250;

type ModuleTable = Record<
  string,
  { readonly type: "esm"; readonly contents: string } | { readonly type: "wasm"; readonly contents: Uint8Array<ArrayBuffer> }
>;

interface Found {
  readonly found: number;
  readonly best: { readonly key: string; readonly cosine: number };
  readonly vectors: number;
  readonly bytes: number;
}

/** Workers import compiled modules by name, so the modules are passed to the runtime and not bundled. */
const wasmBesideTheWorker: Plugin = {
  name: "wasm-beside-the-worker",
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));
  },
};

async function bundle(): Promise<ModuleTable> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "restart-worker.ts")],
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudflare:workers"],
    plugins: [wasmBesideTheWorker],
  });
  const kernel = async (name: string): Promise<ModuleTable[string]> => ({
    type: "wasm",
    contents: new Uint8Array(await readFile(join(ROOT, "durable-objects/cache-shard/semantic/kernel", name))),
  });
  return {
    [MAIN_MODULE]: { type: "esm", contents: outputFiles[0]?.text ?? "" },
    "dot-relaxed.wasm": await kernel("dot-relaxed.wasm"),
    "dot-simd.wasm": await kernel("dot-simd.wasm"),
  };
}

const { values } = parseArgs({ options: { vectors: { type: "string", default: "50000" } } });
const vectors = Number(values.vectors);
const folder = await mkdtemp(join(tmpdir(), "refrain-restart-"));
const modules = await bundle();

function start(): Miniflare {
  return new Miniflare({
    resourcePersistencePath: folder,
    cf: false,
    workers: [
      {
        config: {
          name: WORKER,
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: { mainModule: MAIN_MODULE, modulesRoot: ROOT, modules },
          env: { QUESTIONS: { type: "durable-object", worker: WORKER, exportName: "Questions" } },
          exports: { Questions: { type: "durable-object", storage: "sqlite" } },
        },
      },
    ],
  });
}

async function call(worker: Miniflare, path: string): Promise<{ readonly answer: Found; readonly ms: number }> {
  const startMs = performance.now();
  const response = await worker.dispatchFetch(`http://bench${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return { answer: JSON.parse(text) as Found, ms: performance.now() - startMs }; // of restart-worker.ts
}

try {
  const filling = start();
  for (let at = 0; at < vectors; at += BATCH) await call(filling, `/fill?from=${at}&to=${Math.min(at + BATCH, vectors)}`);
  await filling.dispose();
  const first: number[] = [];
  const second: number[] = [];
  let memory = 0;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const worker = start();
    // The first request creates the object. Idle requests keep that out of the measurement.
    const idle: number[] = [];
    for (let request = 0; request < IDLE_REQUESTS; request++) idle.push((await call(worker, "/idle")).ms);
    const floor = Math.min(...idle);
    const seed = (restart * 7919) % vectors;
    const { answer, ms } = await call(worker, `/search?seed=${seed}`);
    if (answer.best.key !== `key-${seed}` || answer.vectors !== vectors) throw new Error(`Lost after a restart: ${JSON.stringify(answer)}`);
    first.push(ms - floor);
    second.push((await call(worker, `/search?seed=${seed}`)).ms - floor);
    memory = answer.bytes / answer.vectors;
    await worker.dispose();
  }
  const report = {
    name: "restart",
    about: `${vectors} questions of 256 dimensions in one object, read from SQLite after a restart`,
    figures: [
      plainFigure("first search", "ms", first, { is: "at most", value: MAX_FIRST_SEARCH_MS }),
      plainFigure("second search, 32 neighbours with their texts", "ms", second),
      plainFigure("memory an entry", "bytes", [memory]),
    ],
  };
  process.stdout.write(`${tableOf(report)}\n`);
  await writeReport(report);
} finally {
  await rm(folder, { recursive: true, force: true });
}
