import { appendUnloaded, FlatIndex, removeUnloaded } from "../../../shared/domain/semantic/index/flat-index.ts";
import type { IndexHit } from "../../../shared/domain/semantic/index/flat-index.ts";
import type { KernelModules } from "../../../shared/domain/semantic/index/dot-kernel.ts";
import type { IsolateLedger, LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { EntryCompanion } from "../entry-store.ts";
import type { StoredMeaning } from "./candidate-rows.ts";
import { readCandidates } from "./candidate-rows.ts";
import type { Embedder } from "./embedder.ts";

/** Vectors one shard holds in memory, and thus at all. */
const MAX_VECTORS = 50_000;
const EMBEDDER_LABEL = "embedder";
const MAX_SCOPES_IN_MEMORY = 1000;

/** The question an entry answers. */
export interface Meaning {
  readonly key: string;
  readonly scope: string;
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  /** Null when the embedder failed: found by its normalised text only. */
  readonly vector: Float32Array | null;
}

/** What a shard is searched for. */
export interface MeaningQuery {
  readonly scope: string;
  /** Hex digest of the normalised text: equal questions are found however far their vectors are. */
  readonly canonical: string;
  /** Null when only equal questions count. */
  readonly vector: Float32Array | null;
  /** Nearest questions looked at. */
  readonly nearest: number;
  readonly minCosine: number;
}

export interface MeaningParts {
  readonly sql: SqlStorage;
  readonly ledger: IsolateLedger;
  readonly owner: string;
  readonly kernels: KernelModules;
  readonly embedder: Pick<Embedder, "embedderId" | "dims">;
  /** A question's vector was left out because the index is full. */
  readonly onFull: () => void;
}

/**
 * Questions and their vectors, written in the transactions of their entries. The index is loaded at the first search
 * and let go when memory is short; rows are written either way.
 */
export class MeaningStore implements EntryCompanion {
  readonly #sql: SqlStorage;
  readonly #account: LedgerAccount;
  readonly #kernels: KernelModules;
  readonly #dims: number;
  readonly #onFull: MeaningParts["onFull"];
  #index: FlatIndex | null = null;
  /** Numbers of scopes; emptied whenever scopes may have gone or may never have been, for then their numbers are used again. */
  readonly #scopeRefs = new Map<string, number>();

  constructor({ sql, ledger, owner, kernels, embedder, onFull }: MeaningParts) {
    this.#sql = sql;
    this.#account = ledger.open("vectors", owner, () => this.unload());
    this.#kernels = kernels;
    this.#dims = embedder.dims;
    this.#onFull = onFull;
    this.#useEmbedder(embedder.embedderId);
  }

  get loaded(): boolean {
    return this.#index !== null;
  }

  /** Vectors in memory; 0 while not loaded. */
  get size(): number {
    return this.#index?.size ?? 0;
  }

  get bytes(): number {
    return this.#account.bytes;
  }

  /** Adds the question of an entry that is being stored. Inside the entry's transaction. */
  add(meaning: Meaning): void {
    // A row outlives its entry when the layer was off while the entry went.
    this.forgotten(meaning.key);
    const scopeRef = this.scopeRef(meaning.scope);
    const { ref } = this.#sql
      .exec<{ ref: number }>(
        "INSERT INTO meanings (key, scope_ref, text, canonical) VALUES (?, ?, ?, ?) RETURNING ref",
        meaning.key,
        scopeRef,
        meaning.text,
        meaning.canonical,
      )
      .one();
    if (meaning.vector === null) return;
    if (this.#isFull()) {
      this.#onFull();
      return;
    }
    if (this.#index === null) this.#write([appendUnloaded(this.#lastPage(), ref, scopeRef, meaning.vector)]);
    else this.#index.add(ref, scopeRef, meaning.vector);
  }

  forgotten(key: string): void {
    const row = this.#sql
      .exec<{ ref: number; scope_ref: number }>("DELETE FROM meanings WHERE key = ? RETURNING ref, scope_ref", key)
      .toArray()[0];
    if (row === undefined) return;
    this.#dropEmptyScope(row.scope_ref);
    if (this.#index !== null) this.#index.remove(row.ref);
    else if (this.#lastPage() !== undefined) this.#write([removeUnloaded(this.#lastPage(), [row.ref])]);
  }

  /** Every question at once, after a purge of everything: dead ones would hide new ones until they are swept. */
  clear(): void {
    this.unload();
    this.#sql.exec("DELETE FROM vectors");
    this.#sql.exec("DELETE FROM meanings");
    this.#sql.exec("DELETE FROM scopes WHERE trust = ''");
    this.#scopeRefs.clear();
  }

  beforeCommit(): void {
    if (this.#index === null) return;
    const plan = this.#index.takePlan();
    this.#write(plan.upserts);
    for (const page of plan.deletes) this.#sql.exec("DELETE FROM vectors WHERE page = ?", page);
    this.#followSize();
  }

  /** Memory is ahead of storage: let it go and load it again when it is needed. */
  rolledBack(): void {
    this.unload();
    this.#scopeRefs.clear();
  }

  /** The nearest questions of a scope, best first, then those that are equal, the newest first. */
  find({ scope, canonical, vector, nearest, minCosine }: MeaningQuery): readonly StoredMeaning[] {
    const scopeRef = this.#knownScope(scope);
    if (scopeRef === undefined) return [];
    // Before anything is read: most questions of a scope are about something else.
    const near = vector === null ? [] : this.#neighbours(scopeRef, vector, nearest).filter(({ cosine }) => cosine >= minCosine);
    return readCandidates(this.#sql, near, scopeRef, { scope, canonical });
  }

  questionOf(key: string): { readonly text: string; readonly canonical: string } | null {
    return (
      this.#sql.exec<{ text: string; canonical: string }>("SELECT text, canonical FROM meanings WHERE key = ?", key).toArray()[0] ?? null
    );
  }

  scopeRef(scope: string): number {
    return (
      this.#knownScope(scope) ??
      this.#sql.exec<{ ref: number }>("INSERT INTO scopes (scope, trust) VALUES (?, '') RETURNING ref", scope).one().ref
    );
  }

  unload(): void {
    this.#index = null;
    this.#account.release(this.#account.bytes);
  }

  #neighbours(scopeRef: number, vector: Float32Array, k: number): readonly IndexHit[] {
    return vector.length === this.#dims ? (this.#load()?.search(scopeRef, vector, k) ?? []) : [];
  }

  /** A scope's number; undefined when nothing is known of it. */
  #knownScope(scope: string): number | undefined {
    const known = this.#scopeRefs.get(scope);
    if (known !== undefined) return known;
    const ref = this.#sql.exec<{ ref: number }>("SELECT ref FROM scopes WHERE scope = ?", scope).toArray()[0]?.ref;
    if (ref === undefined) return undefined;
    if (this.#scopeRefs.size >= MAX_SCOPES_IN_MEMORY) this.#scopeRefs.clear();
    this.#scopeRefs.set(scope, ref);
    return ref;
  }

  #load(): FlatIndex | null {
    if (this.#index !== null) return this.#index;
    // Asked before it is loaded: an index that does not fit must not be read at every search to be dropped again.
    const { stored } = this.#sql.exec<{ stored: number }>("SELECT TOTAL(LENGTH(bytes)) AS stored FROM vectors").one();
    if (!this.#account.reserve(stored)) return null;
    const rows = this.#sql.exec<{ page: number; bytes: ArrayBuffer }>("SELECT page, bytes FROM vectors ORDER BY page");
    const loaded = FlatIndex.load(this.#dims, this.#kernels, pages(rows), this.#lastPage());
    if (!loaded.ok) {
      this.unload();
      return null;
    }
    this.#index = loaded.value.index;
    return this.#followSize() ? this.#index : null;
  }

  /** Follows the index's size in the ledger; without room the index goes, and questions are found exactly only. */
  #followSize(): boolean {
    if (this.#index === null) return false;
    const bytes = this.#index.bytes();
    const held = this.#account.bytes;
    if (bytes > held && !this.#account.reserve(bytes - held)) this.unload();
    else if (bytes < held) this.#account.release(held - bytes);
    // Reserving may have shed this very index.
    return this.loaded;
  }

  /** Full: a new question is found by its normalised text only, until others have gone. */
  #isFull(): boolean {
    if (this.#index !== null) return this.#index.size >= MAX_VECTORS;
    // One more than there are vectors at most: the row of the question itself is there already.
    return this.#sql.exec<{ questions: number }>("SELECT COUNT(*) AS questions FROM meanings").one().questions > MAX_VECTORS;
  }

  /** A scope is kept while it has questions or has learned something. */
  #dropEmptyScope(ref: number): void {
    this.#sql.exec("DELETE FROM scopes WHERE ref = ? AND trust = '' AND NOT EXISTS (SELECT 1 FROM meanings WHERE scope_ref = ?)", ref, ref);
    this.#scopeRefs.clear();
  }

  #lastPage(): number | undefined {
    return this.#sql.exec<{ last: number | null }>("SELECT MAX(page) AS last FROM vectors").one().last ?? undefined;
  }

  #write(rows: readonly { readonly page: number; readonly bytes: Uint8Array }[]): void {
    for (const { page, bytes } of rows) this.#sql.exec("INSERT OR REPLACE INTO vectors (page, bytes) VALUES (?, ?)", page, bytes);
  }

  /** Vectors of another embedder mean nothing to this one. Entries keep answering exactly and when equal after normalisation. */
  #useEmbedder(id: string): void {
    const stored = this.#sql.exec<{ value: string }>("SELECT value FROM labels WHERE name = ?", EMBEDDER_LABEL).toArray()[0]?.value;
    if (stored === id) return;
    this.#sql.exec("DELETE FROM vectors");
    this.#sql.exec("INSERT OR REPLACE INTO labels (name, value) VALUES (?, ?)", EMBEDDER_LABEL, id);
  }
}

function* pages(rows: Iterable<{ page: number; bytes: ArrayBuffer }>): Iterable<{ readonly page: number; readonly bytes: Uint8Array }> {
  for (const row of rows) yield { page: row.page, bytes: new Uint8Array(row.bytes) };
}

/** Answers by meaning were switched off: the texts kept for them go, and nobody would follow their entries' ends anyway. */
export function forgetMeanings(sql: SqlStorage): void {
  for (const table of ["meanings", "vectors", "aliases", "servings", "scopes"]) sql.exec(`DELETE FROM ${table}`);
}
