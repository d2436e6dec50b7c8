import { describe, expect, it } from "vitest";
import { ReadingCache } from "../../../../durable-objects/cache-shard/semantic/candidates/reading-cache.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { shippedTable } from "../../semantic/embedding/shipped-table.ts";

const table = new StaticEmbedder(shippedTable(), "test");

describe("cached readings", () => {
  it("are computed once, and compare the same from the cache", () => {
    const memory = new ReadingCache(new IsolateLedger(1e9));
    const [earlier, asked] = ["How do I dry a wet tent?", "How can a wet tent be dried?"] as const;
    const first = memory.compare(earlier, asked, table);
    expect(memory.compare(earlier, asked, table)).toEqual(first);
    expect(memory.size).toBe(2);
  });

  it("are limited by the memory that they take, which grows with the length of their texts", () => {
    const memory = new ReadingCache(new IsolateLedger(1e9));
    for (let index = 0; index < 3000; index++) memory.compare("How do I dry a tent?", `How do I store item ${index}?`, table);
    expect(memory.size).toBeLessThan(2000);
    const long = new ReadingCache(new IsolateLedger(1e9));
    for (let index = 0; index < 200; index++) long.compare(`${index} ${"tent ".repeat(180)}`, "How do I dry a tent?", table);
    expect(long.size).toBeLessThan(100);
  });
});
