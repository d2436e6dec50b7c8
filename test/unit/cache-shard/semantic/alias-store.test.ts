import { describe, expect, it } from "vitest";
import { AliasStore } from "../../../../durable-objects/cache-shard/semantic/judging/alias-store.ts";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import type { PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { shardTables } from "../../../support/node-sql.ts";

const ALIAS = { key: "asked", scope: "scope", tenant: "tenant", shard: 1, target: "target", similarity: 0.8, scoreBin: 5 };

function shelfWith(...keys: readonly string[]): { readonly aliases: AliasStore; readonly log: PurgeLog } {
  const sql = shardTables();
  const log = new PurgeLog(sql);
  const aliases = new AliasStore(sql, log);
  for (const key of keys) aliases.put({ ...ALIAS, key }, 0, 0);
  return { aliases, log };
}

function storeWith(...keys: readonly string[]): AliasStore {
  return shelfWith(...keys).aliases;
}

describe("aliases", () => {
  it("are stored one per question, the last one replacing others", () => {
    const aliases = storeWith("asked");
    aliases.put({ ...ALIAS, target: "other" }, 0, 0);
    expect(aliases.get("asked")?.target).toBe("other");
    expect(aliases.get("nobody")).toBeNull();
  });

  it("are dropped with the entry that they point to", () => {
    const aliases = storeWith("one", "two");
    aliases.put({ ...ALIAS, key: "three", target: "other" }, 0, 0);
    aliases.dropTo("target");
    expect(["one", "two", "three"].map((key) => aliases.get(key)?.target ?? null)).toEqual([null, null, "other"]);
  });

  it.each<readonly [PurgeSelector, boolean]>([
    [{ kind: "all" }, false],
    [{ kind: "key", value: "asked" }, false],
    [{ kind: "key", value: "target" }, false],
    [{ kind: "key", value: "other" }, true],
    [{ kind: "tenant", value: "tenant" }, false],
    [{ kind: "tenant", value: "other" }, true],
    [{ kind: "scope", value: "scope" }, false],
    [{ kind: "scope", value: "other" }, true],
    // These belong to the entry: the alias resolves to nothing when the entry is gone.
    [{ kind: "tag", value: "tag" }, true],
    [{ kind: "model", value: "model" }, true],
    [{ kind: "created_before", value: 1 }, true],
  ])("are found after a purge of %j: %s, before and after they have been freed", (selector, kept) => {
    const { aliases, log } = shelfWith("asked");
    const record = log.append(selector, 0, "counted", 0);
    log.admit(record);
    expect(aliases.get("asked") !== null).toBe(kept);
    expect(aliases.freeSlice("", (alias) => log.covers(alias))).toBeNull();
    log.note([{ sequence: record.sequence, state: "freed", purged: 0 }]);
    expect(aliases.get("asked") !== null).toBe(kept);
  });

  it("that are made after a purge are not covered by it", () => {
    const { aliases, log } = shelfWith();
    log.admit(log.append({ kind: "all" }, 0, "counted", 0));
    aliases.put(ALIAS, log.sequence, 0);
    expect(aliases.get("asked")?.target).toBe("target");
  });

  it("are freed in slices", () => {
    const { aliases, log } = shelfWith(...Array.from({ length: 1500 }, (_, index) => `k${String(index).padStart(4, "0")}`));
    log.admit(log.append({ kind: "all" }, 0, "counted", 0));
    expect(aliases.freeSlice("", (alias) => log.covers(alias))).toBe("k0999");
    expect(aliases.freeSlice("k0999", (alias) => log.covers(alias))).toBeNull();
    log.note([{ sequence: 1, state: "freed", purged: 0 }]);
    expect([aliases.get("k0000"), aliases.get("k1499")]).toEqual([null, null]);
  });
});
