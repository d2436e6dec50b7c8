import { expect, it } from "vitest";
import type { PurgeFreeingParts } from "../../../../durable-objects/cache-shard/purging/purge-freeing.ts";
import { PurgeFreeing } from "../../../../durable-objects/cache-shard/purging/purge-freeing.ts";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import { shardTables } from "../../../support/node-sql.ts";

const SLICE_ROWS = 1000;
/** More than one run frees. */
const SLICES = 3000;

it("the freeing of purged rows goes on where its last run ended, even if no row of that run was covered", async () => {
  const log = new PurgeLog(shardTables());
  log.admit(log.append({ kind: "model", value: "m" }, 0, "counted", 0));
  const labels = new Map<string, string>();
  const keyOf = (slice: number): string => String(slice).padStart(6, "0");
  const examined: number[] = [];
  const sql = {
    exec: (_query: string, afterKey: string) => {
      const slice = Number(afterKey === "" ? 0 : afterKey) + 1;
      examined.push(slice);
      const row = [keyOf(slice), "acme", "scope", "other", "other", "", 0, 0, 1, null, null];
      return { raw: () => Array.from({ length: slice < SLICES ? SLICE_ROWS : 1 }, () => row) };
    },
  };
  const freeing = new PurgeFreeing({
    sql,
    log,
    transactions: { transact: (change: () => void) => change() },
    numbers: { set: () => undefined },
    state: {
      get: (name: string) => labels.get(name) ?? null,
      set: (name: string, value: string) => labels.set(name, value),
      delete: (name: string) => labels.delete(name),
    },
    clock: { after: (_ms: number, work: () => void) => queueMicrotask(work) },
    semantic: null,
  } as unknown as PurgeFreeingParts); // only the members that a pass without covered rows uses
  for (let run = 0; run < 3 && log.unfreedCount > 0; run++) await freeing.run();
  expect(log.unfreedCount).toBe(0);
  expect(examined).toEqual(Array.from({ length: SLICES }, (_, index) => index + 1));
  expect(labels.size).toBe(0);
});
