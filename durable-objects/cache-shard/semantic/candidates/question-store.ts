import { appendUnloaded, FlatIndex, removeUnloaded } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { IndexHit } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { KernelModules } from "../../../../shared/domain/semantic/index/dot-kernel.ts";
import type { IsolateLedger, LedgerAccount } from "../../../../shared/memory/isolate-ledger.ts";
import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";
import type { EntryCompanion } from "../../storage/shard-transactions.ts";
import type { NearStoredQuestion } from "./candidate-rows.ts";
import { readCandidates } from "./candidate-rows.ts";
import type { Embedder } from "../embedding/embedder.ts";

/** Vectors one shard holds in memory, and thus at all. */
const MAX_VECTORS = 50_000;
const EMBEDDER_LABEL = "embedder";
const MAX_SCOPES_IN_MEMORY = 1000;

/** The question that an entry answers. */
export interface StoredQuestion {
  readonly key: string;
  readonly scope: string;
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  /** Null when the embedder failed: the question is then found by its normalised text only. */
  readonly vector: Float32Array | null;
}

/** What to search a shard for. */
export interface NearestQuery {
  readonly scope: string;
  /** Hex digest of the normalised text: equal questions are found however far their vectors are. */
  readonly canonical: string;
  /** Null when only equal questions count. */
  readonly vector: Float32Array | null;
  /** How many of the nearest questions to look at. */
  readonly nearest: number;
  readonly minCosine: number;
}

export interface QuestionStoreParts {
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
 * and unloaded when memory is short; rows are written either way.
 */
export class QuestionStore implements EntryCompanion {
  readonly #sql: SqlStorage;
  readonly #account: LedgerAccount;
  readonly #kernels: KernelModules;
  readonly #dims: number;
  readonly #onFull: QuestionStoreParts["onFull"];
  #index: FlatIndex | null = null;
  /** Row numbers of scopes. Cleared whenever a scope may have been removed or rolled back, because its number may then be reused. */
  readonly #scopeRefs = new BoundedMap<string, number>({ maxWeight: MAX_SCOPES_IN_MEMORY });

  constructor({ sql, ledger, owner, kernels, embedder, onFull }: QuestionStoreParts) {
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
  add(question: StoredQuestion): void {
    // A row outlives its entry when similarity search was off while the entry was removed.
    this.forget(question.key);
    const scopeRef = this.scopeRef(question.scope);
    const { ref } = this.#sql
      .exec<{ ref: number }>(
        "INSERT INTO questions (key, scope_ref, text, canonical) VALUES (?, ?, ?, ?) RETURNING ref",
        question.key,
        scopeRef,
        question.text,
        question.canonical,
      )
      .one();
    if (question.vector === null) return;
    if (this.#isFull()) {
      this.#onFull();
      return;
    }
    if (this.#index === null) this.#write([appendUnloaded(this.#lastPage(), ref, scopeRef, question.vector)]);
    else this.#index.add(ref, scopeRef, question.vector);
  }

  onEntryRemoved(key: string): void {
    this.forget(key);
  }

  /** Removes the question of an entry, so that similarity search no longer finds it. Inside the caller's transaction. */
  forget(key: string): void {
    const row = this.#sql
      .exec<{ ref: number; scope_ref: number }>("DELETE FROM questions WHERE key = ? RETURNING ref, scope_ref", key)
      .toArray()[0];
    if (row === undefined) return;
    this.#dropEmptyScope(row.scope_ref);
    if (this.#index !== null) this.#index.remove(row.ref);
    else if (this.#lastPage() !== undefined) this.#write([removeUnloaded(this.#lastPage(), [row.ref])]);
  }

  /** Deletes every question, after a purge of everything: dead ones would hide new ones until they are swept. */
  clear(): void {
    this.unload();
    this.#sql.exec("DELETE FROM vectors");
    this.#sql.exec("DELETE FROM questions");
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

  /** Memory is ahead of storage: unload it. The next search loads it again. */
  onRollback(): void {
    this.unload();
    this.#scopeRefs.clear();
  }

  /** The nearest questions of a scope, best first, then the equal ones, the newest first. */
  find({ scope, canonical, vector, nearest, minCosine }: NearestQuery): readonly NearStoredQuestion[] {
    const scopeRef = this.#knownScope(scope);
    if (scopeRef === undefined) return [];
    // Filtered before anything is read: most questions of a scope are about something else.
    const near = vector === null ? [] : this.#neighbours(scopeRef, vector, nearest).filter(({ cosine }) => cosine >= minCosine);
    return readCandidates(this.#sql, near, scopeRef, { scope, canonical });
  }

  questionOf(key: string): { readonly text: string; readonly canonical: string } | null {
    return (
      this.#sql.exec<{ text: string; canonical: string }>("SELECT text, canonical FROM questions WHERE key = ?", key).toArray()[0] ?? null
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
    return this.#sql.exec<{ stored: number }>("SELECT COUNT(*) AS stored FROM questions").one().stored > MAX_VECTORS;
  }

  /** A scope is kept while it has questions or has learned something. */
  #dropEmptyScope(ref: number): void {
    this.#sql.exec(
      "DELETE FROM scopes WHERE ref = ? AND trust = '' AND NOT EXISTS (SELECT 1 FROM questions WHERE scope_ref = ?)",
      ref,
      ref,
    );
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

/** Deletes everything kept for similarity search, because it was switched off: nothing would remove it with its entries any more. */
export function forgetQuestions(sql: SqlStorage): void {
  for (const table of ["questions", "vectors", "aliases", "servings", "scopes"]) sql.exec(`DELETE FROM ${table}`);
}
