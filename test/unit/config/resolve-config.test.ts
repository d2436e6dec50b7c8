import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import type { Config } from "../../../shared/config/config.ts";
import { resolveConfig } from "../../../shared/config/resolve-config.ts";
import type { ConfigIssue } from "../../../shared/config/variable-reader.ts";
import { VERSION } from "../../../shared/config/version.ts";

const MIB = 1024 * 1024;
const YEAR_SECONDS = 31_536_000;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function resolve(env: Readonly<Record<string, unknown>>): Config {
  const config = resolveConfig(env, "1.2.3", digest);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

function issuesOf(env: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  const config = resolveConfig(env, "1.2.3", digest);
  return config.ok ? [] : config.error;
}

describe("without any variable", () => {
  it("everything has its documented, safe default", () => {
    expect(resolve({})).toMatchObject({
      version: "1.2.3",
      listenHost: null,
      auth: "keys",
      apiKeys: [],
      adminTokenDigest: null,
      allowedOrigins: [],
      showPrompts: false,
      logLevel: "info",
      topology: { shardCount: 8, scopeFanout: 8 },
      placement: { jurisdiction: null, location: null },
      freshness: { ttlSeconds: 86_400, ttiSeconds: null, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 3600 },
      memory: { l0TtlSeconds: 10, l0MaxBytes: 16 * MIB, isolateMaxBytes: 64 * MIB },
      storage: { shardMaxBytes: 1024 * MIB, spillTtlSeconds: 2_592_000, spillWritesPerDay: 1000, spillOutsideJurisdiction: false },
      limits: {
        user: { requests: 1000, windowSeconds: 3600, burst: 50 },
        tenant: { requests: 10_000, windowSeconds: 3600, burst: 500 },
        onLimiterFailure: "refuse",
      },
      bodies: { maxBodyBytes: 8 * MIB, maxEntryBytes: 4 * MIB },
      upstream: { slots: 4, firstByteTimeoutMs: 300_000, idleTimeoutMs: 300_000, totalTimeoutMs: 1_800_000 },
      semantic: { mode: "optin", errorBound: 0.01, minSimilarity: null, judge: null, embedder: { kind: "static" } },
      providers: { default: "demo", defaultModel: null },
    });
  });

  it("unset, empty and blank are the same", () => {
    expect(resolve({ CACHE_TTL_SECONDS: "", AUTH: "  ", SHARD_COUNT: null, ADMIN_TOKEN: undefined })).toEqual(resolve({}));
  });

  it("the version is package.json's", () => {
    expect(VERSION).toBe(manifest.version);
  });
});

interface Bound {
  readonly variable: string;
  readonly min: number;
  readonly max: number;
  readonly read: (config: Config) => number | null;
  readonly scale?: number;
}

const BOUNDS: readonly Bound[] = [
  { variable: "SHARD_COUNT", min: 1, max: 1024, read: (config) => config.topology.shardCount },
  { variable: "CACHE_TTL_SECONDS", min: 0, max: YEAR_SECONDS, read: (config) => config.freshness.ttlSeconds },
  { variable: "CACHE_TTI_SECONDS", min: 1, max: YEAR_SECONDS, read: (config) => config.freshness.ttiSeconds },
  { variable: "STALE_WHILE_REVALIDATE_SECONDS", min: 0, max: YEAR_SECONDS, read: (config) => config.freshness.staleWhileRevalidateSeconds },
  { variable: "STALE_IF_ERROR_SECONDS", min: 0, max: YEAR_SECONDS, read: (config) => config.freshness.staleIfErrorSeconds },
  { variable: "L0_TTL_SECONDS", min: 0, max: 3600, read: (config) => config.memory.l0TtlSeconds },
  { variable: "L0_MAX_BYTES", min: 0, max: 64 * MIB, read: (config) => config.memory.l0MaxBytes },
  { variable: "ISOLATE_MAX_BYTES", min: MIB, max: 100 * MIB, read: (config) => config.memory.isolateMaxBytes },
  { variable: "SHARD_MAX_BYTES", min: 0, max: 9216 * MIB, read: (config) => config.storage.shardMaxBytes },
  { variable: "SPILL_TTL_SECONDS", min: 0, max: YEAR_SECONDS, read: (config) => config.storage.spillTtlSeconds },
  { variable: "SPILL_WRITES_PER_DAY", min: 0, max: 1e9, read: (config) => config.storage.spillWritesPerDay },
  { variable: "MAX_BODY_BYTES", min: 1, max: 14 * MIB, read: (config) => config.bodies.maxBodyBytes },
  { variable: "MAX_ENTRY_BYTES", min: 0, max: 16 * MIB, read: (config) => config.bodies.maxEntryBytes },
  { variable: "UPSTREAM_SLOTS", min: 1, max: 6, read: (config) => config.upstream.slots },
  { variable: "UPSTREAM_FIRST_BYTE_TIMEOUT_SECONDS", min: 1, max: 3600, read: (config) => config.upstream.firstByteTimeoutMs, scale: 1000 },
  { variable: "UPSTREAM_IDLE_TIMEOUT_SECONDS", min: 1, max: 3600, read: (config) => config.upstream.idleTimeoutMs, scale: 1000 },
  { variable: "UPSTREAM_TOTAL_TIMEOUT_SECONDS", min: 1, max: 7200, read: (config) => config.upstream.totalTimeoutMs, scale: 1000 },
  { variable: "RATE_LIMIT_REQUESTS", min: 0, max: 1e9, read: (config) => config.limits.user.requests },
  { variable: "RATE_LIMIT_WINDOW_SECONDS", min: 1, max: 2_678_400, read: (config) => config.limits.user.windowSeconds },
  { variable: "RATE_LIMIT_BURST", min: 0, max: 1e6, read: (config) => config.limits.user.burst },
  { variable: "TENANT_RATE_LIMIT_REQUESTS", min: 0, max: 1e9, read: (config) => config.limits.tenant.requests },
  { variable: "TENANT_RATE_LIMIT_BURST", min: 0, max: 1e6, read: (config) => config.limits.tenant.burst },
];

describe.each(BOUNDS)("$variable", ({ variable, min, max, read, scale = 1 }) => {
  it("accepts both ends of its range, as text and as a number", () => {
    for (const value of [min, max]) {
      expect(read(resolve({ [variable]: String(value) }))).toBe(value * scale);
      expect(read(resolve({ [variable]: value }))).toBe(value * scale);
    }
  });

  it("refuses values out of range and other than whole numbers, and names the range", () => {
    for (const bad of [min - 1, max + 1, "1.5", "1e3", "NaN", "Infinity", "0x10", "ten", "-", {}, "99999999999999999999"]) {
      const issues = issuesOf({ [variable]: bad });
      expect(issues.map((issue) => issue.variable)).toContain(variable);
      if (typeof bad !== "object") expect(issues[0]?.message).toMatch(new RegExp(`from ${min} to ${max}`));
    }
  });
});

describe("words instead of numbers", () => {
  it("`unlimited` lifts a limit and `off` turns the time to idle off; other variables refuse both", () => {
    expect(resolve({ RATE_LIMIT_REQUESTS: "unlimited" }).limits).toMatchObject({ user: { requests: null }, tenant: { requests: null } });
    expect(resolve({ TENANT_RATE_LIMIT_REQUESTS: "unlimited" }).limits.tenant.requests).toBeNull();
    expect(resolve({ CACHE_TTI_SECONDS: "off" }).freshness.ttiSeconds).toBeNull();
    for (const variable of ["CACHE_TTL_SECONDS", "SHARD_MAX_BYTES", "L0_TTL_SECONDS"])
      expect(issuesOf({ [variable]: "unlimited" })).toHaveLength(1);
    expect(issuesOf({ CACHE_TTI_SECONDS: "unlimited" })).toHaveLength(1);
    expect(issuesOf({ RATE_LIMIT_REQUESTS: "off" })).toHaveLength(1);
  });

  it("zero allows nothing, and the default burst is then zero too", () => {
    expect(resolve({ RATE_LIMIT_REQUESTS: "0" }).limits).toMatchObject({
      user: { requests: 0, burst: 0 },
      tenant: { requests: 0, burst: 0 },
    });
  });

  it("`all`, like the default, spreads a scope over every shard; more than SHARD_COUNT is an error", () => {
    expect(resolve({ SHARD_COUNT: "3", SCOPE_FANOUT: "all" }).topology).toEqual({ shardCount: 3, scopeFanout: 3 });
    expect(resolve({ SHARD_COUNT: "3" }).topology).toEqual({ shardCount: 3, scopeFanout: 3 });
    expect(resolve({ SHARD_COUNT: "3", SCOPE_FANOUT: "1" }).topology.scopeFanout).toBe(1);
    expect(issuesOf({ SHARD_COUNT: "3", SCOPE_FANOUT: "4" })).toEqual([
      { variable: "SCOPE_FANOUT", message: "must not exceed SHARD_COUNT" },
    ]);
  });

  it.each([
    ["AUTH", "maybe"],
    ["LOG_LEVEL", "loud"],
    ["LIMITER_FAILURE", "shrug"],
    ["SHOW_PROMPTS", "perhaps"],
    ["SHARD_LOCATION", "mars"],
    ["JURISDICTION", "weur"],
    ["JURISDICTION", "fedramp-high"],
    ["SPILL_JURISDICTION", "europe"],
    ["SEMANTIC", "sometimes"],
    ["EMBEDDER", "abacus"],
    ["JUDGE_MODEL", "gpt"],
    ["SEMANTIC_ERROR_BOUND", "2"],
    ["SEMANTIC_MIN_SIMILARITY", "-1"],
    ["OPENAI_BASE_URL", "ftp://x"],
    ["OPENAI_BASE_URL", "not a url"],
    ["DEFAULT_PROVIDER", "nobody"],
    ["DEFAULT_PROVIDER", "openai"],
    ["ALLOWED_ORIGINS", "https://a.example/path"],
    ["ADMIN_TOKEN", "short"],
    ["API_KEYS", "no-colon-here"],
    ["API_KEYS", "acme:short"],
    ["API_KEYS", "ac me:long-enough-key"],
  ])("%s=%s is refused", (variable, value) => {
    expect(issuesOf({ [variable]: value }).map((issue) => issue.variable)).toContain(variable);
  });

  it("flags accept the usual words in any case", () => {
    for (const word of ["on", "TRUE", "1", true]) expect(resolve({ SHOW_PROMPTS: word }).showPrompts).toBe(true);
    for (const word of ["off", "False", "0", false]) expect(resolve({ SHOW_PROMPTS: word }).showPrompts).toBe(false);
  });
});

describe("where objects live", () => {
  it("is a documented location, a documented jurisdiction, or both", () => {
    const locations = ["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"];
    for (const location of locations) expect(resolve({ SHARD_LOCATION: location }).placement).toEqual({ jurisdiction: null, location });
    for (const jurisdiction of ["eu", "us", "fedramp"])
      expect(resolve({ JURISDICTION: jurisdiction.toUpperCase() }).placement).toEqual({ jurisdiction, location: null });
    expect(resolve({ JURISDICTION: "eu", SHARD_LOCATION: "eeur" }).placement).toEqual({ jurisdiction: "eu", location: "eeur" });
    expect(resolve({ JURISDICTION: "fedramp", SHARD_LOCATION: "enam" }).placement.location).toBe("enam");
  });

  it("cannot be a location outside the jurisdiction", () => {
    expect(issuesOf({ JURISDICTION: "eu", SHARD_LOCATION: "wnam" })).toEqual([
      { variable: "SHARD_LOCATION", message: "must be `weur` or `eeur`, because JURISDICTION is `eu`" },
    ]);
    expect(issuesOf({ JURISDICTION: "us", SHARD_LOCATION: "sam" }).map(({ variable }) => variable)).toEqual(["SHARD_LOCATION"]);
  });

  it("cannot be a jurisdiction on a local server, which has none", () => {
    expect(issuesOf({ JURISDICTION: "eu", LOCAL: "1" })).toEqual([
      { variable: "JURISDICTION", message: "works only on Cloudflare: the local runtime has no jurisdictions" },
    ]);
    expect(resolve({ SHARD_LOCATION: "weur", LOCAL: "1" }).placement.location).toBe("weur");
  });

  it("turns spilling off in a jurisdiction, unless KV is said to be in the same one", () => {
    const writes = (env: Record<string, string>): unknown => resolve(env).storage;
    expect(writes({ JURISDICTION: "eu" })).toMatchObject({ spillWritesPerDay: 0, spillOutsideJurisdiction: true });
    expect(writes({ JURISDICTION: "eu", SPILL_JURISDICTION: "eu", SPILL_WRITES_PER_DAY: "7" })).toMatchObject({
      spillWritesPerDay: 7,
      spillOutsideJurisdiction: false,
    });
    expect(writes({ JURISDICTION: "eu", SPILL_WRITES_PER_DAY: "0" })).toMatchObject({
      spillWritesPerDay: 0,
      spillOutsideJurisdiction: false,
    });
    expect(issuesOf({ JURISDICTION: "eu", SPILL_JURISDICTION: "us" })).toEqual([
      { variable: "SPILL_JURISDICTION", message: "must be the same as JURISDICTION" },
    ]);
    expect(issuesOf({ SPILL_JURISDICTION: "eu" })).toEqual([
      { variable: "SPILL_JURISDICTION", message: "must not be set without JURISDICTION" },
    ]);
  });
});

describe("providers", () => {
  it("a key or a base URL alone configures a provider, which is preferred to the embedded one", () => {
    expect(resolve({ OPENAI_API_KEY: "sk-test" }).providers.default).toBe("openai");
    const local = resolve({ OPENAI_BASE_URL: "http://127.0.0.1:9/v1" }).providers;
    expect(local.configured.find(({ name }) => name === "openai")).toMatchObject({ baseUrl: "http://127.0.0.1:9/v1", apiKey: null });
    expect(resolve({ OPENAI_API_KEY: "sk-test", DEFAULT_PROVIDER: "demo" }).providers.default).toBe("demo");
  });
});

describe("keys", () => {
  it("are kept as digests of their text, with their tenant", () => {
    const { apiKeys, adminTokenDigest } = resolve({
      API_KEYS: "acme:key-number-one, globex:key:with:colons",
      ADMIN_TOKEN: "a-long-admin-token",
    });
    expect(apiKeys).toEqual([
      { tenant: "acme", digest: digest("key-number-one") },
      { tenant: "globex", digest: digest("key:with:colons") },
    ]);
    expect(adminTokenDigest).toBe(digest("a-long-admin-token"));
  });

  it("given twice are an error", () => {
    expect(issuesOf({ API_KEYS: "acme:same-key-12345 globex:same-key-12345" })).toHaveLength(1);
  });

  it("that are the admin token are an error, because they would open the admin routes", () => {
    const issues = issuesOf({ API_KEYS: "acme:key-number-one acme:a-long-admin-token", ADMIN_TOKEN: "a-long-admin-token" });
    expect(issues.map(({ variable }) => variable)).toEqual(["ADMIN_TOKEN"]);
  });
});

describe("problems", () => {
  it("are all reported together", () => {
    const issues = issuesOf({ AUTH: "x", SHARD_COUNT: "0", CACHE_TTL_SECONDS: "soon", ADMIN_TOKEN: "short", OPENAI_BASE_URL: "ftp://x" });
    expect(issues.map(({ variable }) => variable).toSorted()).toEqual([
      "ADMIN_TOKEN",
      "AUTH",
      "CACHE_TTL_SECONDS",
      "OPENAI_BASE_URL",
      "SHARD_COUNT",
    ]);
  });

  it("never quote the value of a variable", () => {
    const secret = fc.stringMatching(/^S3CR3T[A-Za-z0-9:/@._-]{0,20}$/);
    const names = [
      "ADMIN_TOKEN",
      "API_KEYS",
      "OPENAI_API_KEY",
      "OPENAI_BASE_URL",
      "ALLOWED_ORIGINS",
      "EMBEDDER_API_KEY",
      "JUDGE_MODEL",
      ...BOUNDS.map(({ variable }) => variable),
    ];
    fc.assert(
      fc.property(secret, fc.subarray(names, { minLength: 1 }), (value, variables) => {
        const issues = issuesOf(Object.fromEntries(variables.map((variable) => [variable, value])));
        expect(JSON.stringify(issues)).not.toContain("S3CR3T");
      }),
      { numRuns: 300 },
    );
    expect(JSON.stringify(issuesOf({ OPENAI_BASE_URL: "https://me:S3CR3T@host/" }))).not.toContain("S3CR3T");
  });

  it("never throw, whatever the environment contains", () => {
    const variables = [
      ...BOUNDS.map(({ variable }) => variable),
      "AUTH",
      "API_KEYS",
      "ALLOWED_ORIGINS",
      "OPENAI_BASE_URL",
      "SCOPE_FANOUT",
      "JUDGE_MODEL",
      "EMBEDDER",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...variables), fc.anything()), (env) => {
        expect(typeof resolveConfig(env, "1", digest).ok).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});
