import { HOLDINGS_OF_ROWS, openShard, recountHoldings, seedEntries } from "../seed-entries.ts";

const MS_PER_DAY = 24 * 3600 * 1000;
/** Every group is this share of the entries. */
const GROUPS = 20;
const OLD_DAYS = 20;
/** Age in seconds that separates the old entries from all others. */
export const OLD_SECONDS = 10 * 24 * 3600;

/** Groups of entries, each with a value of its own, and the column that holds it. All other entries are ordinary. */
export const GROUP_COLUMNS = {
  tagged: "tags",
  tenant: "tenant",
  model: "model",
  scope: "scope",
  old: "created_ms",
  expired: "expires_ms",
  hard: "model",
  killed: "model",
} as const;
export type Group = keyof typeof GROUP_COLUMNS;
const NAMES = Object.keys(GROUP_COLUMNS) as readonly Group[]; // the literal's own keys

/** The value that the column of a group has in the group's entries. */
export function valueOf(group: Group): string {
  if (group === "old") return String(Date.now() - OLD_DAYS * MS_PER_DAY);
  if (group === "expired") return "1";
  return group === "scope" ? "5".repeat(64) : `${group}-group`;
}

/**
 * Fills a shard with groups of entries.
 * @param members keys of stored entries that join a group
 */
export function seedGroups(dataDir: string, rows: number, members: ReadonlyMap<Group, string>): void {
  const columns: Record<string, string> = {};
  for (const [index, group] of NAMES.entries()) {
    const column = GROUP_COLUMNS[group];
    columns[column] = `CASE WHEN i % ${GROUPS} = ${index} THEN ${literal(group)} ELSE ${columns[column] ?? `one.${column}`} END`;
  }
  seedEntries(dataDir, rows, columns);
  const database = openShard(dataDir);
  for (const [group, key] of members) {
    database.exec(`UPDATE entries SET ${GROUP_COLUMNS[group]} = ${literal(group)} WHERE key = '${key}'`);
    if (group === "tagged") database.exec(`INSERT INTO tags (tag, key) VALUES (${literal(group)}, '${key}')`);
  }
  recountHoldings(database);
  database.close();
}

/** Number of rows in a group, and whether the stored holdings equal a recount of the rows. */
export function inspect(dataDir: string, group: Group): { readonly rows: number; readonly isExact: boolean } {
  const database = openShard(dataDir);
  const rows = Number(database.prepare(`SELECT COUNT(*) AS n FROM entries WHERE ${GROUP_COLUMNS[group]} = ${literal(group)}`).get()?.["n"]);
  const stored = database.prepare("SELECT tenant, entries, spilled, bytes FROM holdings WHERE entries > 0 ORDER BY tenant").all();
  const counted = database.prepare(`${HOLDINGS_OF_ROWS} ORDER BY tenant`).all();
  database.close();
  return { rows, isExact: JSON.stringify(stored) === JSON.stringify(counted) };
}

function literal(group: Group): string {
  const value = valueOf(group);
  return group === "old" || group === "expired" ? value : `'${value}'`;
}
