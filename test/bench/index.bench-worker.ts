/** The Worker that index.bench-workerd.ts measures. It performs a given number of operations per request. */
import { StaticEmbedder } from "../../shared/domain/semantic/embedding/static-embedder.ts";
import { parseStaticTable } from "../../shared/domain/semantic/embedding/static-table.ts";
import { FlatIndex } from "../../shared/domain/semantic/index/flat-index.ts";
import type { StoredPage } from "../../shared/domain/semantic/index/unloaded-rows.ts";
import type { KernelModules } from "../../shared/domain/semantic/index/dot-kernel.ts";
import { QUESTION, syntheticVector } from "./index.bench-data.ts";
import relaxedSimd from "../../durable-objects/cache-shard/semantic/kernel/dot-relaxed.wasm";
import simd from "../../durable-objects/cache-shard/semantic/kernel/dot-simd.wasm";

const KERNELS: Readonly<Record<string, KernelModules>> = { "relaxed-simd": { relaxedSimd }, simd: { simd }, javascript: {} };
const RESULTS = 16;

let index = new FlatIndex(64, {});
let rows: readonly StoredPage[] = [];
let embedder: StaticEmbedder | undefined;
let dims = 64;
let table = new Uint8Array();

function repeat(times: number, work: () => void): void {
  for (let time = 0; time < times; time++) work();
}

function readEmbedder(): StaticEmbedder | undefined {
  const parsed = parseStaticTable(table);
  return parsed.ok ? new StaticEmbedder(parsed.value, "bench") : undefined;
}

async function handle(request: Request): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url);
  const times = Number(searchParams.get("times") ?? 0);
  const modules = KERNELS[searchParams.get("kernel") ?? ""] ?? {};
  switch (pathname) {
    case "/fill": {
      dims = Number(searchParams.get("dims"));
      const size = Number(searchParams.get("rows"));
      index = new FlatIndex(dims, modules);
      for (let ref = 0; ref < size; ref++) index.add(ref, 1, syntheticVector(ref, dims));
      rows = index.takePlan().upserts.toSorted((a, b) => a.page - b.page);
      const pages = rows.reduce((total, row) => total + row.bytes.byteLength, 0);
      return { kernel: index.kernelKind, bytes: index.bytes(), storedBytes: pages, storedRows: rows.length };
    }
    case "/search": {
      const query = syntheticVector(-1, dims);
      repeat(times, () => index.search(1, query, RESULTS));
      return index.search(1, query, RESULTS);
    }
    case "/load":
      repeat(times, () => {
        const loaded = FlatIndex.load(dims, modules, rows, rows.at(-1)?.page);
        if (loaded.ok) loaded.value.index.search(1, syntheticVector(-1, dims), RESULTS);
      });
      return rows.length;
    case "/table": {
      table = new Uint8Array(await request.arrayBuffer());
      embedder = readEmbedder();
      return embedder !== undefined;
    }
    case "/parse":
      repeat(times, () => readEmbedder());
      return times;
    case "/embed":
      repeat(times, () => embedder?.embed(QUESTION));
      return times;
  }
  return "unknown";
}

// oxlint-disable-next-line import/no-default-export -- the runtime asks for it
export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await handle(request));
  },
} satisfies ExportedHandler;
