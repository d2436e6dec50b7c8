import { sha256Hex } from "../../../../shared/digest/sha256.ts";
import { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { STATIC_TABLE } from "../../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { parseStaticTable } from "../../../../shared/domain/semantic/embedding/static-table.ts";
import type { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { isolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../../shared/time/clock.ts";
import { systemClock } from "../../../../shared/time/clock.ts";
import { staticTableBytes } from "../semantic-memory.ts";
import type { Embedder } from "./embedder.ts";

/** Assets are addressed by path; the host is ignored. */
const ASSET_URL = `https://assets.invalid/${STATIC_TABLE.file}`;
/** Time between two looks at the load of another object, in milliseconds. */
const LOOK_MS = 20;
/** A load that takes longer than this is taken for one of an object that was reset, in milliseconds. */
const LOAD_PATIENCE_MS = 1000;

/**
 * What the objects of an isolate share: the loaded table, and the start of a load in progress. It holds no promise. A
 * promise belongs to the object that created it: when that object is reset, the promise never settles, and every object
 * that awaits it hangs.
 */
export class SharedTable {
  table: StaticEmbedder | null = null;
  /** Null when no object loads the table. */
  loading: { readonly startedMs: number } | null = null;
}

const isolateTable = new SharedTable();

interface LoaderParts {
  readonly assets: Pick<Fetcher, "fetch">;
  readonly clock: Clock;
  readonly shared: SharedTable;
  readonly ledger: IsolateLedger;
}

/** Loads the table for one object, once per isolate. */
export class StaticTableLoader {
  readonly #parts: LoaderParts;
  /** The load or the wait of this object. */
  #pending: Promise<StaticEmbedder | null> | null = null;

  constructor(assets: Pick<Fetcher, "fetch">, parts: Partial<Omit<LoaderParts, "assets">> = {}) {
    this.#parts = { clock: systemClock, shared: isolateTable, ledger: isolateLedger, ...parts, assets };
  }

  /** The table, once this isolate has loaded it; else null. */
  get table(): StaticEmbedder | null {
    return this.#parts.shared.table;
  }

  /** The table. Null when it cannot be read, its digest is wrong or memory is short; the next call tries again. */
  async load(): Promise<StaticEmbedder | null> {
    if (this.table !== null) return this.table;
    this.#pending ??= this.#loadOrWait().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #loadOrWait(): Promise<StaticEmbedder | null> {
    const { clock, shared } = this.#parts;
    while (shared.table === null && shared.loading !== null && clock.nowMs() - shared.loading.startedMs < LOAD_PATIENCE_MS) {
      await new Promise<void>((looked) => clock.after(LOOK_MS, looked));
    }
    if (shared.table !== null) return shared.table;
    const own = { startedMs: clock.nowMs() };
    shared.loading = own;
    const read = await this.#read();
    // Another object may have given up waiting and loaded the table meanwhile.
    if (shared.loading === own) shared.loading = null;
    shared.table ??= read !== null && this.#pay(read.bytes) ? read.table : null;
    return shared.table;
  }

  async #read(): Promise<{ readonly table: StaticEmbedder; readonly bytes: number } | null> {
    try {
      const response = await this.#parts.assets.fetch(ASSET_URL);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (sha256Hex(bytes) !== STATIC_TABLE.sha256) return null;
      const parsed = parseStaticTable(bytes);
      return parsed.ok ? { table: new StaticEmbedder(parsed.value, STATIC_TABLE.embedderId), bytes: bytes.byteLength } : null;
    } catch {
      return null;
    }
  }

  #pay(bytes: number): boolean {
    return this.#parts.ledger.open("tables", STATIC_TABLE.file).reserve(staticTableBytes(bytes));
  }
}

/** The static table as an embedder. */
export function staticEmbedder(loader: Pick<StaticTableLoader, "load">): Embedder {
  return {
    embedderId: STATIC_TABLE.embedderId,
    dims: STATIC_TABLE.dims,
    embed: async (text) => (await loader.load())?.embed(text) ?? null,
  };
}
