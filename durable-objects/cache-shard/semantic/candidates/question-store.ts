import { FlatIndex } from "../../../../shared/domain/semantic/index/flat-index.ts";
import { appendUnloaded, removeUnloaded } from "../../../../shared/domain/semantic/index/unloaded-rows.ts";
import type { IndexHit } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { KernelModules } from "../../../../shared/domain/semantic/index/dot-kernel.ts";
import type { IsolateLedger, LedgerAccount } from "../../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../../shared/time/clock.ts";
import type { Entry } from "../../entries/entry.ts";
import { pause } from "../../storage/pause.ts";
import type { EntryCompanion } from "../../storage/shard-transactions.ts";
import type { PurgeLog } from "../../purging/purge-log.ts";
import type { NearStoredQuestion } from "./candidate-rows.ts";
import { readCandidates } from "./candidate-rows.ts";
import { ScopeRows } from "./scope-rows.ts";
import type { Embedder } from "../embedding/embedder.ts";

/** Vectors of one shard. All of them must fit in memory. */
const MAX_VECTORS = 50_000;
const EMBEDDER_LABEL = "embedder";
/** Bytes of rows that one slice of loading reads: about 500 vectors, 2 ms. */
const BYTES_PER_SLICE = 128 * 1024;

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
  readonly clock: Pick<Clock, "after">;
  readonly owner: string;
  readonly kernels: KernelModules;
  readonly embedder: Pick<Embedder, "embedderId" | "dims">;
  readonly log: Pick<PurgeLog, "covers">;
  /** Called when a question is stored without its vector because the index is full. */
  readonly onFull: () => void;
}

/**
 * Stores questions and their vectors, in the transactions of their entries. The index is loaded for the first search, in
 * slices, and unloaded when memory is short. Rows are written whether it is loaded or not.
 */
export class QuestionStore implements EntryCompanion {
  readonly #sql: SqlStorage;
  readonly #account: LedgerAccount;
  readonly #clock: Pick<Clock, "after">;
  readonly #kernels: KernelModules;
  readonly #dims: number;
  readonly #log: QuestionStoreParts["log"];
  readonly #onFull: QuestionStoreParts["onFull"];
  /** Questions that the current transaction removes while the index is not loaded, and their scopes. */
  #removedRefs: number[] = [];
  #index: FlatIndex | null = null;
  #loading: Promise<void> | null = null;
  /** Changes when the index is unloaded: a load that is in progress then stops. */
  #epoch = 0;
  readonly #scopes: ScopeRows;

  constructor({ sql, ledger, clock, owner, kernels, embedder, log, onFull }: QuestionStoreParts) {
    this.#sql = sql;
    this.#scopes = new ScopeRows(sql);
    this.#account = ledger.open("vectors", owner, () => this.unload());
    this.#clock = clock;
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
    const scopeRef = this.#scopes.refOf(question.scope);
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
    this.#scopes.leave(row.scope_ref);
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

  get scopes(): Pick<ScopeRows, "dropEmpty"> {
    return this.#scopes;
  }

  /** Writes what the transaction has changed: once for all the entries that it removes. */
  beforeCommit(): void {
    this.#scopes.beforeCommit();
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
    this.#scopes.onRollback();
  }

  /**
   * The nearest questions of a scope, nearest first, followed by equal ones, newest first. Only equal ones while the
   * index is not loaded.
   */
  find({ scope, canonical, vector, nearest, minCosine }: NearestQuery): readonly NearStoredQuestion[] {
    const scopeRef = this.#scopes.known(scope);
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
    return this.#scopes.refOf(scope);
  }

  /**
   * Loads the index in slices, if it is not loaded; requests and commits run between them. Afterwards the index may still
   * be missing, for lack of memory: only equal questions are found then.
   */
  load(): Promise<void> {
    if (this.#index !== null) return Promise.resolve();
    this.#loading ??= this.#loadInSlices().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Frees the memory of the index. */
  unload(): void {
    this.#epoch++;
    this.#index = null;
    this.#account.release(this.#account.bytes);
  }

  #neighbours(scopeRef: number, vector: Float32Array, k: number): readonly IndexHit[] {
    return vector.length === this.#dims ? (this.#index?.search(scopeRef, vector, k) ?? []) : [];
  }

  async #loadInSlices(): Promise<void> {
    // Reserve before loading: an index that does not fit must not be read and dropped at every search.
    const { stored } = this.#sql.exec<{ stored: number }>("SELECT TOTAL(LENGTH(bytes)) AS stored FROM vectors").one();
    if (!this.#account.reserve(stored)) return;
    const epoch = this.#epoch;
    const index = new FlatIndex(this.#dims, this.#kernels);
    let after: number | null = -1;
    try {
      for (;;) {
        after = this.#loadSlice(index, after);
        if (after === null) break;
        await pause(this.#clock);
        if (epoch !== this.#epoch) return;
      }
    } catch (error) {
      this.unload();
      throw error;
    }
    index.endLoading(this.#lastPage());
    this.#index = index;
    this.#followSize();
  }

  /**
   * Loads the rows after a page. Commits that come between slices append rows only, because the index is not loaded.
   * Returns the last page of the slice; null at the end of the table.
   */
  #loadSlice(index: FlatIndex, afterPage: number): number | null {
    const query = "SELECT page, bytes FROM vectors WHERE page > ? ORDER BY page";
    const rows = this.#sql.exec<{ page: number; bytes: ArrayBuffer }>(query, afterPage);
    let read = 0;
    for (const { page, bytes } of rows) {
      if (index.takeRow({ page, bytes: new Uint8Array(bytes) }) === "out_of_memory") throw new Error("no memory for the vectors");
      read += bytes.byteLength;
      if (read >= BYTES_PER_SLICE) return page;
    }
    return null;
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
    const query = "SELECT COUNT(*) AS stored FROM (SELECT 1 FROM questions LIMIT ?)";
    return this.#sql.exec<{ stored: number }>(query, MAX_VECTORS + 1).one().stored > MAX_VECTORS;
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
