import { appendUnloaded, FlatIndex, removeUnloaded } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { IndexHit } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { KernelModules } from "../../../../shared/domain/semantic/index/dot-kernel.ts";
import type { IsolateLedger, LedgerAccount } from "../../../../shared/memory/isolate-ledger.ts";
import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";
import type { Entry } from "../../entries/entry.ts";
import type { EntryCompanion } from "../../storage/shard-transactions.ts";
import type { PurgeLog } from "../../purging/purge-log.ts";
import type { NearStoredQuestion } from "./candidate-rows.ts";
import { readCandidates } from "./candidate-rows.ts";
import type { Embedder } from "../embedding/embedder.ts";

/** Vectors of one shard. All of them must fit in memory. */
const MAX_VECTORS = 50_000;
const EMBEDDER_LABEL = "embedder";
const MAX_SCOPES_IN_MEMORY = 1000;
/** Scopes that one slice examines: about 3 ms. */
const SCOPES_PER_SLICE = 300;

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
  /** Hex digest of the normalised text. Equal questions are found whatever their vectors are. */
  readonly canonical: string;
  /** Null when only equal questions count. */
  readonly vector: Float32Array | null;
  /** How many of the nearest questions to examine. */
  readonly nearest: number;
  readonly minCosine: number;
}

export interface QuestionStoreParts {
  readonly sql: SqlStorage;
  readonly ledger: IsolateLedger;
  readonly owner: string;
  readonly kernels: KernelModules;
  readonly embedder: Pick<Embedder, "embedderId" | "dims">;
  readonly log: Pick<PurgeLog, "covers">;
  /** Called when a question is stored without its vector because the index is full. */
  readonly onFull: () => void;
}

/**
 * Stores questions and their vectors, in the transactions of their entries. The index is loaded at the first search and
 * unloaded when memory is short. Rows are written whether it is loaded or not.
 */
export class QuestionStore implements EntryCompanion {
  readonly #sql: SqlStorage;
  readonly #account: LedgerAccount;
  readonly #kernels: KernelModules;
  readonly #dims: number;
  readonly #log: QuestionStoreParts["log"];
  readonly #onFull: QuestionStoreParts["onFull"];
  /** Questions that the current transaction removes while the index is not loaded, and their scopes. */
  #removedRefs: number[] = [];
  readonly #leftScopes = new Set<number>();
  #index: FlatIndex | null = null;
  /**
   * Row numbers of scopes. Cleared whenever a scope may have been removed or rolled back, because its number may then
   * be reused.
   */
  readonly #scopeRefs = new BoundedMap<string, number>({ maxWeight: MAX_SCOPES_IN_MEMORY });

  constructor({ sql, ledger, owner, kernels, embedder, log, onFull }: QuestionStoreParts) {
    this.#sql = sql;
    this.#account = ledger.open("vectors", owner, () => this.unload());
    this.#kernels = kernels;
    this.#dims = embedder.dims;
    this.#log = log;
    this.#onFull = onFull;
    this.#useEmbedder(embedder.embedderId);
  }

  get loaded(): boolean {
    return this.#index !== null;
  }

  /** Vectors in memory; 0 while the index is not loaded. */
  get size(): number {
    return this.#index?.size ?? 0;
  }

  get bytes(): number {
    return this.#account.bytes;
  }

  /** Adds the question of an entry that is being stored. Runs inside the entry's transaction. */
  add(question: StoredQuestion): void {
    // Keys are unique: a row that was not removed with its entry must not block the new one.
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

  onEntryRemoved({ key }: Pick<Entry, "key">): void {
    this.forget(key);
  }

  /**
   * Removes the question of an entry: similarity search no longer finds the entry. Runs inside the caller's
   * transaction.
   */
  forget(key: string): void {
    const row = this.#sql
      .exec<{ ref: number; scope_ref: number }>("DELETE FROM questions WHERE key = ? RETURNING ref, scope_ref", key)
      .toArray()[0];
    if (row === undefined) return;
    this.#leftScopes.add(row.scope_ref);
    if (this.#index !== null) this.#index.remove(row.ref);
    else this.#removedRefs.push(row.ref);
  }

  /**
   * Deletes all questions after a purge of everything: those of entries whose rows are not freed yet would hide new ones.
   * Runs inside the caller's transaction. Deleting a whole table takes no time per row; scopes are dropped one by one.
   */
  clear(): void {
    this.unload();
    this.#sql.exec("DELETE FROM vectors");
    this.#sql.exec("DELETE FROM questions");
    this.#removedRefs = [];
  }

  /**
   * Drops the empty scopes among those after a row number. Returns the number after which the next slice begins; null at
   * the end of the table.
   */
  dropEmptyScopes(afterRef: number): number | null {
    const query = "SELECT ref FROM scopes WHERE ref > ? ORDER BY ref LIMIT ?";
    const refs = this.#sql.exec<{ ref: number }>(query, afterRef, SCOPES_PER_SLICE).toArray();
    for (const { ref } of refs) this.#dropEmptyScope(ref);
    return refs.length < SCOPES_PER_SLICE ? null : (refs.at(-1)?.ref ?? null);
  }

  /** Writes what the transaction has changed: once for all the entries that it removes. */
  beforeCommit(): void {
    for (const ref of this.#leftScopes) this.#dropEmptyScope(ref);
    this.#leftScopes.clear();
    if (this.#removedRefs.length > 0 && this.#lastPage() !== undefined) this.#write([removeUnloaded(this.#lastPage(), this.#removedRefs)]);
    this.#removedRefs = [];
    if (this.#index === null) return;
    const plan = this.#index.takePlan();
    this.#write(plan.upserts);
    for (const page of plan.deletes) this.#sql.exec("DELETE FROM vectors WHERE page = ?", page);
    this.#followSize();
  }

  /** Unloads the index, because it is ahead of storage. The next search loads it again. */
  onRollback(): void {
    this.unload();
    this.#removedRefs = [];
    this.#leftScopes.clear();
    this.#scopeRefs.clear();
  }

  /** The nearest questions of a scope, nearest first, followed by equal ones, newest first. */
  find({ scope, canonical, vector, nearest, minCosine }: NearestQuery): readonly NearStoredQuestion[] {
    const scopeRef = this.#knownScope(scope);
    if (scopeRef === undefined) return [];
    // Filter before reading rows: most questions of a scope are about something else.
    const near = vector === null ? [] : this.#neighbours(scopeRef, vector, nearest).filter(({ cosine }) => cosine >= minCosine);
    return readCandidates(this.#sql, near, scopeRef, { scope, canonical }, (entry) => this.#log.covers(entry));
  }

  /** The question of an entry; null when none is stored. */
  questionOf(key: string): { readonly text: string; readonly canonical: string } | null {
    return (
      this.#sql.exec<{ text: string; canonical: string }>("SELECT text, canonical FROM questions WHERE key = ?", key).toArray()[0] ?? null
    );
  }

  /** The row number of a scope, whose row is inserted if there is none. */
  scopeRef(scope: string): number {
    return (
      this.#knownScope(scope) ??
      this.#sql.exec<{ ref: number }>("INSERT INTO scopes (scope, trust) VALUES (?, '') RETURNING ref", scope).one().ref
    );
  }

  /** Frees the memory of the index. */
  unload(): void {
    this.#index = null;
    this.#account.release(this.#account.bytes);
  }

  #neighbours(scopeRef: number, vector: Float32Array, k: number): readonly IndexHit[] {
    return vector.length === this.#dims ? (this.#load()?.search(scopeRef, vector, k) ?? []) : [];
  }

  /** The row number of a scope; undefined when it has no row. */
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
    // Reserve before loading: an index that does not fit must not be read and dropped at every search.
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

  /**
   * Adjusts the ledger to the index's size. Unloads the index if there is no room; only equal questions are found then.
   */
  #followSize(): boolean {
    if (this.#index === null) return false;
    const bytes = this.#index.bytes();
    const held = this.#account.bytes;
    if (bytes > held && !this.#account.reserve(bytes - held)) this.unload();
    else if (bytes < held) this.#account.release(held - bytes);
    // Reserving may have unloaded this index.
    return this.loaded;
  }

  /** When the index is full, a new question is stored without its vector, and found by its normalised text only. */
  #isFull(): boolean {
    if (this.#index !== null) return this.#index.size >= MAX_VECTORS;
    // An upper bound on the vectors. It includes the row of the new question, hence `>`.
    return this.#sql.exec<{ stored: number }>("SELECT COUNT(*) AS stored FROM questions").one().stored > MAX_VECTORS;
  }

  /** Deletes a scope that has neither questions nor learned trust. */
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

  /** Deletes the vectors of another embedder. Their entries are still found exactly, and by equal questions. */
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

/**
 * Deletes all data of similarity search after it was switched off: it would no longer be removed together with its
 * entries.
 */
export function forgetQuestions(sql: SqlStorage): void {
  for (const table of ["questions", "vectors", "aliases", "servings_by_day", "scopes"]) sql.exec(`DELETE FROM ${table}`);
}
