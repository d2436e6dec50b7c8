import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { RATE_LIMITER_MIGRATIONS } from "../../../durable-objects/rate-limiter/schema.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";

/** Steps that objects of version 0.1.0 had applied. */
const STEPS_OF_0_1_0 = 2;

describe("a shard of version 0.1.0", () => {
  it("keeps its questions, aliases, servings and registration under the new names", async () => {
    const stub = env.CACHE_SHARD.getByName("migrated");
    await runInDurableObject(stub as DurableObjectStub, (_, { storage }) => {
      const { sql } = storage;
      migrate(storage, CACHE_SHARD_MIGRATIONS.slice(0, STEPS_OF_0_1_0));
      sql.exec("INSERT INTO scopes (ref, scope, trust) VALUES (1, 's', '')");
      sql.exec("INSERT INTO meanings (key, scope_ref, text, canonical) VALUES ('k', 1, 'text', 'c')");
      sql.exec("INSERT INTO aliases VALUES ('a', 's', 't', 1, 'k', 0.9, 7, 0, 0)");
      sql.exec("INSERT INTO servings VALUES ('a', 'ann', 'k', 1, 's', 7, 5, 0)");
      sql.exec("INSERT INTO numbers VALUES ('enlisted', 1)");
      migrate(storage, CACHE_SHARD_MIGRATIONS);
      migrate(storage, CACHE_SHARD_MIGRATIONS);
      const one = (query: string): unknown => sql.exec(query).one();
      expect(one("SELECT ref, key, text, canonical FROM questions")).toEqual({ ref: 1, key: "k", text: "text", canonical: "c" });
      expect(one("SELECT key, score_bin FROM aliases")).toEqual({ key: "a", score_bin: 7 });
      expect(one("SELECT asked, caller_id, score_bin FROM servings_by_day")).toEqual({ asked: "a", caller_id: "ann", score_bin: 7 });
      expect(one("SELECT value FROM numbers WHERE name = 'registered'")).toEqual({ value: 1 });
      // References to questions are never used twice, also across the renaming.
      expect(one("INSERT INTO questions (key, scope_ref, text, canonical) VALUES ('l', 1, '', '') RETURNING ref")).toEqual({ ref: 2 });
    });
  });
});

describe("a limiter of version 0.1.0", () => {
  it("keeps its bucket, and what it has applied is not applied again", async () => {
    const stub = env.RATE_LIMITER.getByName("migrated");
    await runInDurableObject(stub as DurableObjectStub, (_, { storage }) => {
      const { sql } = storage;
      sql.exec("DROP TABLE IF EXISTS buckets; DROP TABLE IF EXISTS leases; DROP TABLE schema_migrations");
      sql.exec("CREATE TABLE schema_migrations (step INTEGER PRIMARY KEY)");
      sql.exec(RATE_LIMITER_MIGRATIONS[0] ?? "");
      sql.exec("INSERT INTO schema_migrations (step) VALUES (1)");
      sql.exec("INSERT INTO buckets VALUES ('requests', 10, 1000, 5, 77, 1)");
      migrate(storage, RATE_LIMITER_MIGRATIONS);
      expect(sql.exec("SELECT drops FROM buckets").one()).toEqual({ drops: 77 });
      expect(sql.exec("SELECT version FROM schema_migrations").toArray()[0]).toEqual({ version: 1 });
    });
  });
});
