/**
 * Measures speed and memory of the vector index and of the static embedder inside workerd:
 * `node test/bench/index.bench-workerd.ts`.
 *
 * A Worker's clock does not advance inside a request. The benchmark therefore times requests with many operations from
 * outside and subtracts the time of a request without operations. Prints the median and the range over the rounds.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const ROOT = `${import.meta.dirname}/../..`;
const COMPATIBILITY_DATE = "2026-10-15";
const ROUNDS = 15;
const KERNELS = ["relaxed-simd", "simd", "javascript"] as const;

/** Workers import compiled modules by name, so the modules are passed to the runtime and not bundled. */
const wasmBesideTheWorker: Plugin = {
  name: "wasm-beside-the-worker",
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));
  },
};

async function startWorker(): Promise<Miniflare> {
  const bundled = await build({
    entryPoints: [`${ROOT}/test/bench/index.bench-worker.ts`],
    bundle: true,
    write: false,
    format: "esm",
    plugins: [wasmBesideTheWorker],
  });
  const wasm = await Promise.all(
    ["dot-relaxed.wasm", "dot-simd.wasm"].map(async (name) => ({
      type: "CompiledWasm" as const,
      path: name,
      contents: await readFile(`${ROOT}/durable-objects/cache-shard/semantic/kernel/${name}`),
    })),
  );
  const script = bundled.outputFiles[0]?.text ?? "";
  const options = convertV4MiniflareOptions({
    name: "bench",
    compatibilityDate: COMPATIBILITY_DATE,
    modulesRoot: ".",
    modules: [{ type: "ESModule", path: "worker.mjs", contents: script }, ...wasm],
  });
  return new Miniflare(options);
}

async function call(worker: Miniflare, path: string, body?: Uint8Array): Promise<string> {
  const response = await worker.dispatchFetch(`http://bench${path}`, body ? { method: "POST", body } : {});
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

async function timed(worker: Miniflare, path: string): Promise<number> {
  const start = performance.now();
  await call(worker, path);
  return performance.now() - start;
}

/** Measures the milliseconds that an operation takes, as "median (lowest–highest)". */
async function measure(worker: Miniflare, path: string, times: number): Promise<string> {
  await timed(worker, `${path}&times=${times}`);
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const empty = await timed(worker, `${path}&times=0`);
    found.push(((await timed(worker, `${path}&times=${times}`)) - empty) / times);
  }
  found.sort((a, b) => a - b);
  const show = (value: number | undefined): string => (value ?? Number.NaN).toPrecision(3);
  return `${show(found[Math.floor(ROUNDS / 2)])} ms (${show(found[0])}–${show(found.at(-1))})`;
}

async function benchIndex(worker: Miniflare): Promise<void> {
  const found = new Map<string, string>();
  for (const kernel of KERNELS) {
    for (const [rows, dims, times] of [
      [10_000, 256, 200],
      [50_000, 256, 60],
      [50_000, 384, 40],
      [50_000, 1024, 20],
    ] as const) {
      if (kernel === "javascript" && dims !== 256) continue;
      const filled = await call(worker, `/fill?kernel=${kernel}&rows=${rows}&dims=${dims}`);
      const search = await measure(worker, "/search?", kernel === "javascript" ? 3 : times);
      const hits = await call(worker, "/search?times=0");
      const same = found.get(`${rows} x ${dims}`) ?? hits;
      found.set(`${rows} x ${dims}`, same);
      if (hits !== same) throw new Error(`The ${kernel} kernel finds other neighbours than the first kernel.`);
      process.stdout.write(`search ${rows} x ${dims}, ${kernel}: ${search}  ${filled}\n`);
    }
  }
  await call(worker, "/fill?kernel=relaxed-simd&rows=50000&dims=256");
  process.stdout.write(`load 50000 x 256 from pages and search once: ${await measure(worker, "/load?kernel=relaxed-simd", 2)}\n`);
}

async function benchEmbedder(worker: Miniflare): Promise<void> {
  const table = await readFile(`${ROOT}/workers/assets/static-embedder.v1.bin`);
  await call(worker, "/table", table);
  process.stdout.write(`parse the table and index its vocabulary: ${await measure(worker, "/parse?", 5)}\n`);
  process.stdout.write(`embed a question of twelve words: ${await measure(worker, "/embed?", 2000)}\n`);
}

const worker = await startWorker();
try {
  await benchEmbedder(worker);
  await benchIndex(worker);
} finally {
  await worker.dispose();
}
