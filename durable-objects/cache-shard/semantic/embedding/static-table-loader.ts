import { sha256Hex } from "../../../../shared/digest/sha256.ts";
import { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { STATIC_TABLE } from "../../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { parseStaticTable } from "../../../../shared/domain/semantic/embedding/static-table.ts";
import { isolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import type { Embedder } from "./embedder.ts";

/** Assets are addressed by path; the host is ignored. */
const ASSET_URL = `https://assets.invalid/${STATIC_TABLE.file}`;

let loading: Promise<StaticEmbedder | null> | null = null;
let table: StaticEmbedder | null = null;

/** The table, once this isolate has loaded it; else null. */
export function loadedStaticTable(): StaticEmbedder | null {
  return table;
}

/** Loads the table, once per isolate. Null when it cannot be read, its digest is wrong or memory is short. */
export function loadStaticTable(assets: Pick<Fetcher, "fetch">): Promise<StaticEmbedder | null> {
  loading ??= readTable(assets).then((read) => {
    table = read;
    // Do not keep a failure: the next question tries again.
    if (read === null) loading = null;
    return read;
  });
  return loading;
}

async function readTable(assets: Pick<Fetcher, "fetch">): Promise<StaticEmbedder | null> {
  try {
    const response = await assets.fetch(ASSET_URL);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (sha256Hex(bytes) !== STATIC_TABLE.sha256) return null;
    const parsed = parseStaticTable(bytes);
    if (!parsed.ok || !isolateLedger.open("tables", STATIC_TABLE.file).reserve(bytes.byteLength)) return null;
    return new StaticEmbedder(parsed.value, STATIC_TABLE.embedderId);
  } catch {
    return null;
  }
}

/** The static table as an embedder. */
export function staticEmbedder(assets: Pick<Fetcher, "fetch">): Embedder {
  return {
    embedderId: STATIC_TABLE.embedderId,
    dims: STATIC_TABLE.dims,
    embed: async (text) => (table ?? (await loadStaticTable(assets)))?.embed(text) ?? null,
  };
}
