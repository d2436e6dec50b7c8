import { SERVINGS_TABLES } from "../../storage/schema.ts";

/**
 * Deletes all data of similarity search after it was switched off: it would no longer be removed together with its
 * entries.
 */
export function forgetQuestions(sql: SqlStorage): void {
  for (const table of ["questions", "vectors", "aliases", ...SERVINGS_TABLES, "scopes"]) sql.exec(`DELETE FROM ${table}`);
}
