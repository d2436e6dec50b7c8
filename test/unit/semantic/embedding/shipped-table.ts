import { readFileSync } from "node:fs";
import { parseStaticTable } from "../../../../shared/domain/semantic/embedding/static-table.ts";
import type { StaticTable } from "../../../../shared/domain/semantic/embedding/static-table.ts";
import { STATIC_TABLE } from "../../../../shared/domain/semantic/embedding/static-table-manifest.ts";

/** The bytes of the shipped Workers asset. */
export function shippedBytes(): Uint8Array {
  return readFileSync(`${import.meta.dirname}/../../../../workers/assets/${STATIC_TABLE.file}`);
}

export function shippedTable(): StaticTable {
  const parsed = parseStaticTable(shippedBytes());
  if (!parsed.ok) throw new Error(parsed.error.kind);
  return parsed.value;
}
