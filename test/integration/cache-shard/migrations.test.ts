import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { PurgeLog } from "../../../durable-objects/cache-shard/purging/purge-log.ts";
import { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import { RATE_LIMITER_MIGRATIONS } from "../../../durable-objects/rate-limiter/schema.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import { userLimiterName } from "../../../workers/limits/limiter-port.ts";
import { ask, purgeOf, saidBy, withEviction, withShard } from "../../support/shard-bench.ts";

/** Steps that objects of version 0.1.0 had applied. */
const STEPS_OF_0_1_0 = 2;
const STEPS_OF_0_2_0 = 3;

const VERSION_ID = expect.any(String) as string;
let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((line: string) => void warnings.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** The warnings that were logged. */
function logged(): readonly unknown[] {
  return warnings.map((line) => JSON.parse(line) as unknown);
}

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
      sql.exec("DROP TABLE IF EXISTS buckets; DROP TABLE IF EXISTS leases; DROP TABLE IF EXISTS schema_migrations");
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

withEviction("a shard whose schema is newer than its code, after a rollback", (between) => {
  it("says so once per start, with both versions, and goes on storing and serving", () =>
    withShard({ LOG_LEVEL: "warn" }, async (bench) => {
      const known = CACHE_SHARD_MIGRATIONS.length;
      bench.sql.exec("ALTER TABLE entries ADD COLUMN from_the_future TEXT");
      bench.sql.exec("INSERT INTO schema_migrations (version) VALUES (?)", known + 1);
      bench.restart();
      const line = { level: "warn", event: "schema_newer", object: "shard-0", stored: known + 1, known, versionId: VERSION_ID };
      expect(logged()).toEqual([line]);
      expect(saidBy(await bench.whole(ask("q")))).toBe("MISS: answer to q");
      const started = bench.shard;
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
      expect(logged()).toEqual(bench.shard === started ? [line] : [line, line]);
      expect(bench.sql.exec("SELECT MAX(version) AS version FROM schema_migrations").one()).toEqual({ version: known + 1 });
    }));

  it("treats a recorded purge of an unknown kind as covering everything, frees nothing, and refuses to carry one out", () =>
    withShard({}, async (bench) => {
      await bench.whole(ask("q"));
      bench.sql.exec("INSERT INTO purge_log (sequence, kind, value, at_ms, purged, state) VALUES (1, 'by_moon_phase', 'full', 0, 0, 0)");
      bench.restart();
      expect((await bench.whole(ask("q", { onlyIfCached: true }))).kind).toBe("failed");
      between(bench);
      await bench.shard.alarm();
      expect(bench.sql.exec("SELECT COUNT(*) AS n FROM entries").one()).toEqual({ n: 1 });
      const subject = { key: "k", scope: "s", tenant: "t", models: [], tags: [], createdMs: 0, sequence: 0 };
      expect(new PurgeLog(bench.sql).fences(subject)).toBe(true);
      const request = { ...purgeOf("all"), kind: "by_moon_phase" as "all" };
      await expect(bench.shard.purge(request)).rejects.toThrow("this version does not know purges of kind by_moon_phase");
      expect(new PurgeLog(bench.sql).sequence).toBe(1);
    }));
});

describe("a limiter whose schema is newer than its code, after a rollback", () => {
  it("says so once per start and goes on limiting", async () => {
    const stub = env.RATE_LIMITER.getByName(userLimiterName("acme", "rolled-back"));
    await runInDurableObject(stub as DurableObjectStub, async (_, state) => {
      const known = RATE_LIMITER_MIGRATIONS.length;
      migrate(state.storage, RATE_LIMITER_MIGRATIONS);
      state.storage.sql.exec("INSERT INTO schema_migrations (version) VALUES (?)", known + 1);
      const limiter = new RateLimiter(state, { ...env, LOG_LEVEL: "warn" } as Env);
      const request = { requests: 10, windowSeconds: 60, burst: 5, want: 1, expected: 1, attempt: "a", returns: [] };
      expect(await limiter.lease(request)).toMatchObject({ granted: 1 });
      expect(await limiter.lease({ ...request, attempt: "b" })).toMatchObject({ granted: 1 });
      expect(logged()).toEqual([
        { level: "warn", event: "schema_newer", object: "limiter", stored: known + 1, known, versionId: VERSION_ID },
      ]);
    });
  });
});

describe("migrations since version 0.2.0", () => {
  it("only add, so that the version before still works after a rollback", () => {
    for (const migration of [...CACHE_SHARD_MIGRATIONS.slice(STEPS_OF_0_2_0), ...RATE_LIMITER_MIGRATIONS.slice(1)])
      expect(migration).not.toMatch(/\b(?:DROP (?:TABLE|COLUMN)|RENAME)\b/i);
  });
});
