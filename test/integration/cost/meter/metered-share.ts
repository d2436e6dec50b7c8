import type { Meter } from "./meter.ts";
import type { Usage } from "./usage.ts";
import { differenceOf, NO_USAGE, shareOf, sumOf } from "./usage.ts";

/** What something uses, and the rows that it writes by table. */
export interface Metered {
  readonly usage: Usage;
  readonly rowsByTable: ReadonlyMap<string, number>;
}

export const NOTHING: Metered = { usage: NO_USAGE, rowsByTable: new Map() };

/** One part of `parts` of what a run used more than another. */
export function shareOfMore(more: Metered, less: Metered, parts: number): Metered {
  const rows = [...more.rowsByTable].map(([table, count]) => [table, (count - (less.rowsByTable.get(table) ?? 0)) / parts] as const);
  return { usage: shareOf(differenceOf(more.usage, less.usage), parts), rowsByTable: new Map(rows.filter(([, count]) => count !== 0)) };
}

/** Leaves out the rows of some tables. */
export function withoutTables({ usage, rowsByTable }: Metered, tables: readonly string[]): Metered {
  const rows = tables.reduce((sum, table) => sum + (rowsByTable.get(table) ?? 0), 0);
  return {
    usage: { ...usage, rowsWritten: usage.rowsWritten - rows },
    rowsByTable: new Map([...rowsByTable].filter(([table]) => !tables.includes(table))),
  };
}

/** Runs work, and returns one part of `parts` of what it used. */
export async function metered(meter: Meter, parts: number, work: () => Promise<void>): Promise<Metered> {
  meter.take();
  await work();
  await meter.settle();
  return shareOfMore(meter.take(), NOTHING, parts);
}

/** What two things use together. */
export function together(...all: readonly Metered[]): Metered {
  const rows = new Map<string, number>();
  for (const { rowsByTable } of all) for (const [table, count] of rowsByTable) rows.set(table, (rows.get(table) ?? 0) + count);
  return { usage: sumOf(...all.map(({ usage }) => usage)), rowsByTable: rows };
}
