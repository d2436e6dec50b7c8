import type { QuestionStore } from "./candidates/question-store.ts";
import type { AliasStore, Covers } from "./judging/alias-store.ts";
import type { ServingLog } from "./judging/serving-log.ts";

/** The rows of the semantic layer, as the upkeep of a shard sees them: what is written late, purged and freed. */
export class SemanticRecords {
  readonly #questions: QuestionStore;
  readonly #aliases: AliasStore;
  readonly #servings: ServingLog;

  constructor(questions: QuestionStore, aliases: AliasStore, servings: ServingLog) {
    this.#questions = questions;
    this.#aliases = aliases;
    this.#servings = servings;
  }

  /** Writes pending servings. Runs inside the caller's transaction, which calls `noteStored` afterwards. */
  flush(): void {
    this.#servings.flush();
  }

  noteStored(): void {
    this.#servings.noteStored();
  }

  /** Deletes all questions, after a purge of everything. Runs inside the caller's transaction. */
  forgetAll(): void {
    this.#questions.clear();
  }

  /** Deletes the alias of a question. Runs inside the caller's transaction. */
  forgetAlias(key: string): void {
    this.#aliases.drop(key);
  }

  /** Drops the aliases of one slice that a purge covers. Returns where the next slice begins; null at the end. */
  freeAliases(afterKey: string, covers: Covers): string | null {
    return this.#aliases.freeSlice(afterKey, covers);
  }

  /** Drops the scopes of one slice that no question belongs to. Returns where the next slice begins; null at the end. */
  dropEmptyScopes(afterRef: number): number | null {
    return this.#questions.scopes.dropEmpty(afterRef);
  }

  /** Deletes a slice of the servings that are too old to judge. False when none is left. */
  deleteOldServings(nowMs: number): boolean {
    return this.#servings.deleteOld(nowMs);
  }
}
