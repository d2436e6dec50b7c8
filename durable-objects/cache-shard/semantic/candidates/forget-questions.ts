/**
 * Deletes all data of similarity search after it was switched off: it would no longer be removed together with its
 * entries.
 */
export function forgetQuestions(sql: SqlStorage): void {
  for (const table of ["questions", "vectors", "aliases", "servings_even", "servings_odd", "scopes"]) sql.exec(`DELETE FROM ${table}`);
}
