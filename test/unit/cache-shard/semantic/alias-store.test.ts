import { describe, expect, it } from "vitest";
import { AliasStore } from "../../../../durable-objects/cache-shard/semantic/judging/alias-store.ts";
import type { PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { shardTables } from "./node-sql.ts";

const ALIAS = { key: "asked", scope: "scope", tenant: "tenant", shard: 1, target: "target", similarity: 0.8, scoreBin: 5 };

function storeWith(...keys: readonly string[]): AliasStore {
  const aliases = new AliasStore(shardTables());
  for (const key of keys) aliases.put({ ...ALIAS, key }, 0, 0);
  return aliases;
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
  ])("are kept after a purge of %j: %s", (selector, kept) => {
    const aliases = storeWith("asked");
    aliases.purge(selector);
    expect(aliases.get("asked") !== null).toBe(kept);
  });
});
