import { LARGEST_BODY_BYTES } from "../contracts/rpc-limits.ts";
import { err, ok } from "../domain/result.ts";
import type { Result } from "../domain/result.ts";
import { PROVIDERS } from "../providers/provider-table.ts";
import type {
  ApiKey,
  Config,
  LimitsConfig,
  PlacementConfig,
  ProviderConfig,
  ProvidersConfig,
  StorageConfig,
  TopologyConfig,
  UpstreamConfig,
} from "./config.ts";
import { resolvePlacement, resolveSpillAllowed } from "./resolve-placement.ts";
import { resolveSemantic } from "./resolve-semantic.ts";
import type { ConfigIssue } from "./variable-reader.ts";
import { VariableReader } from "./variable-reader.ts";
import { BYTES_PER_GIB, BYTES_PER_MIB, MS_PER_SECOND, SECONDS_PER_YEAR } from "../domain/units.ts";

const MAX_SHARDS = 1024;
const MAX_REQUESTS = 1_000_000_000;
const MAX_BURST = 1_000_000;
const MAX_WINDOW_SECONDS = 31 * 24 * 3600;
/** Default limit of a tenant, in user limits. It bounds what a tenant gains by inventing user names. */
const TENANT_USERS = 10;
/** Number of connections for whose response headers one object may wait at a time (platform limit). */
const MAX_UPSTREAM_SLOTS = 6;
/** Largest MAX_BODY_BYTES: the whole MiB within what one call to a shard can carry. */
const MAX_BODY_BYTES = Math.floor(LARGEST_BODY_BYTES / BYTES_PER_MIB) * BYTES_PER_MIB;
const MIN_ADMIN_TOKEN_CHARACTERS = 16;
const MIN_API_KEY_CHARACTERS = 8;
const TENANT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Returns the SHA-256 of a text in hex. */
export type DigestPort = (text: string) => string;

/** Builds the configuration from plain variables. Reports all problems together. No message quotes a secret. */
export function resolveConfig(
  env: Readonly<Record<string, unknown>>,
  version: string,
  digest: DigestPort,
): Result<Config, readonly ConfigIssue[]> {
  const read = new VariableReader(env);
  const placement = resolvePlacement(read);
  const config: Config = {
    version,
    listenHost: read.flag("LOCAL", false) ? (read.text("LISTEN_HOST") ?? "127.0.0.1") : null,
    auth: read.oneOf("AUTH", "keys", ["open", "keys"]),
    apiKeys: resolveApiKeys(read, digest),
    adminTokenDigest: resolveAdminToken(read, digest),
    allowedOrigins: resolveOrigins(read),
    showPrompts: read.flag("SHOW_PROMPTS", false),
    logLevel: read.oneOf("LOG_LEVEL", "info", ["debug", "info", "warn", "error", "silent"]),
    topology: resolveTopology(read),
    placement,
    freshness: {
      ttlSeconds: read.integer("CACHE_TTL_SECONDS", 86_400, 0, SECONDS_PER_YEAR),
      ttiSeconds: read.integerOrNull("CACHE_TTI_SECONDS", null, 1, SECONDS_PER_YEAR, "off"),
      staleWhileRevalidateSeconds: read.integer("STALE_WHILE_REVALIDATE_SECONDS", 0, 0, SECONDS_PER_YEAR),
      staleIfErrorSeconds: read.integer("STALE_IF_ERROR_SECONDS", 3600, 0, SECONDS_PER_YEAR),
    },
    memory: {
      l0TtlSeconds: read.integer("L0_TTL_SECONDS", 10, 0, 3600),
      l0MaxBytes: read.integer("L0_MAX_BYTES", 16 * BYTES_PER_MIB, 0, 64 * BYTES_PER_MIB),
      isolateMaxBytes: read.integer("ISOLATE_MAX_BYTES", 64 * BYTES_PER_MIB, BYTES_PER_MIB, 100 * BYTES_PER_MIB),
    },
    storage: resolveStorage(read, placement),
    limits: resolveLimits(read),
    bodies: {
      maxBodyBytes: read.integer("MAX_BODY_BYTES", 8 * BYTES_PER_MIB, 1, MAX_BODY_BYTES),
      maxEntryBytes: read.integer("MAX_ENTRY_BYTES", 4 * BYTES_PER_MIB, 0, 16 * BYTES_PER_MIB),
    },
    upstream: resolveUpstream(read),
    semantic: resolveSemantic(read),
    providers: resolveProviders(read),
  };
  if (config.apiKeys.some((key) => key.digest === config.adminTokenDigest))
    read.report("ADMIN_TOKEN", "must not be one of API_KEYS: the client with that key would be an admin");
  return read.issues.length === 0 ? ok(config) : err(read.issues);
}

function resolveApiKeys(read: VariableReader, digest: DigestPort): readonly ApiKey[] {
  const keys: ApiKey[] = [];
  const pairs = (read.text("API_KEYS") ?? "").split(/[\s,]+/).filter((pair) => pair !== "");
  for (const [index, pair] of pairs.entries()) {
    const colon = pair.indexOf(":");
    const tenant = pair.slice(0, colon);
    const key = pair.slice(colon + 1);
    if (colon < 1 || !TENANT_NAME.test(tenant))
      read.report("API_KEYS", `pair ${index + 1} must be \`tenant:key\`; a tenant has up to 64 letters, digits and . _ -`);
    else if (key.length < MIN_API_KEY_CHARACTERS)
      read.report("API_KEYS", `the key in pair ${index + 1} must have at least ${MIN_API_KEY_CHARACTERS} characters`);
    else if (keys.some((known) => known.digest === digest(key))) read.report("API_KEYS", `the key in pair ${index + 1} is given twice`);
    else keys.push({ tenant, digest: digest(key) });
  }
  return keys;
}

function resolveAdminToken(read: VariableReader, digest: DigestPort): string | null {
  const token = read.text("ADMIN_TOKEN");
  if (token === null) return null;
  if (token.length < MIN_ADMIN_TOKEN_CHARACTERS) read.report("ADMIN_TOKEN", `must have at least ${MIN_ADMIN_TOKEN_CHARACTERS} characters`);
  return digest(token);
}

function resolveOrigins(read: VariableReader): readonly string[] {
  const origins = (read.text("ALLOWED_ORIGINS") ?? "").split(/[\s,]+/).filter((origin) => origin !== "" && origin !== "none");
  for (const origin of origins) {
    if (origin === "*" || origin === "loopback") continue;
    if (URL.parse(origin)?.origin !== origin)
      read.report("ALLOWED_ORIGINS", "must list origins such as `https://app.example.com`, `*`, or `loopback`");
  }
  return origins;
}

function resolveTopology(read: VariableReader): TopologyConfig {
  const shardCount = read.integer("SHARD_COUNT", 8, 1, MAX_SHARDS);
  const fanout = read.text("SCOPE_FANOUT");
  const scopeFanout = fanout === null || fanout === "all" ? shardCount : read.integer("SCOPE_FANOUT", shardCount, 1, MAX_SHARDS);
  if (scopeFanout > shardCount) read.report("SCOPE_FANOUT", "must not exceed SHARD_COUNT");
  return { shardCount, scopeFanout };
}

function resolveStorage(read: VariableReader, placement: PlacementConfig): StorageConfig {
  const writesPerDay = read.integer("SPILL_WRITES_PER_DAY", 1000, 0, 1_000_000_000);
  const allowed = resolveSpillAllowed(read, placement);
  return {
    shardMaxBytes: read.integer("SHARD_MAX_BYTES", BYTES_PER_GIB, 0, 9 * BYTES_PER_GIB),
    spillTtlSeconds: read.integer("SPILL_TTL_SECONDS", 2_592_000, 0, SECONDS_PER_YEAR),
    spillWritesPerDay: allowed ? writesPerDay : 0,
    spillOutsideJurisdiction: !allowed && writesPerDay > 0,
  };
}

function resolveLimits(read: VariableReader): LimitsConfig {
  const requests = read.integerOrNull("RATE_LIMIT_REQUESTS", 1000, 0, MAX_REQUESTS, "unlimited");
  const windowSeconds = read.integer("RATE_LIMIT_WINDOW_SECONDS", 3600, 1, MAX_WINDOW_SECONDS);
  const burst = read.integer("RATE_LIMIT_BURST", requests === 0 ? 0 : 50, 0, MAX_BURST);
  const tenantDefault = requests === null ? null : Math.min(MAX_REQUESTS, requests * TENANT_USERS);
  return {
    user: { requests, windowSeconds, burst },
    tenant: {
      requests: read.integerOrNull("TENANT_RATE_LIMIT_REQUESTS", tenantDefault, 0, MAX_REQUESTS, "unlimited"),
      windowSeconds,
      burst: read.integer("TENANT_RATE_LIMIT_BURST", Math.min(MAX_BURST, burst * TENANT_USERS), 0, MAX_BURST),
    },
    onLimiterFailure: read.oneOf("LIMITER_FAILURE", "refuse", ["refuse", "allow"]),
  };
}

function resolveUpstream(read: VariableReader): UpstreamConfig {
  return {
    slots: read.integer("UPSTREAM_SLOTS", 4, 1, MAX_UPSTREAM_SLOTS),
    firstByteTimeoutMs: read.integer("UPSTREAM_FIRST_BYTE_TIMEOUT_SECONDS", 300, 1, 3600) * MS_PER_SECOND,
    idleTimeoutMs: read.integer("UPSTREAM_IDLE_TIMEOUT_SECONDS", 300, 1, 3600) * MS_PER_SECOND,
    totalTimeoutMs: read.integer("UPSTREAM_TOTAL_TIMEOUT_SECONDS", 1800, 1, 7200) * MS_PER_SECOND,
  };
}

/**
 * A provider is configured when its key or its base URL is set. A base URL alone is enough for servers without keys.
 */
function resolveProviders(read: VariableReader): ProvidersConfig {
  const configured: ProviderConfig[] = [];
  for (const spec of PROVIDERS) {
    const prefix = spec.name.toUpperCase().replaceAll("-", "_");
    const apiKey = spec.embedded ? null : read.text(`${prefix}_API_KEY`);
    const baseUrl = spec.embedded ? null : read.url(`${prefix}_BASE_URL`, null);
    if (!spec.embedded && apiKey === null && baseUrl === null) continue;
    configured.push({
      name: spec.name,
      baseUrl: baseUrl ?? spec.defaultBaseUrl ?? "",
      apiKey,
      defaultModel: spec.defaultModel,
      embedded: spec.embedded,
    });
  }
  const wanted = read.text("DEFAULT_PROVIDER");
  if (wanted !== null && !configured.some((provider) => provider.name === wanted)) {
    const known = PROVIDERS.some((spec) => spec.name === wanted);
    read.report(
      "DEFAULT_PROVIDER",
      known ? "names a provider that has no key and no base URL" : `must be one of ${PROVIDERS.map((spec) => spec.name).join(", ")}`,
    );
  }
  const first = configured.find((provider) => !provider.embedded) ?? configured[0];
  return { default: wanted ?? first?.name ?? "demo", defaultModel: read.text("DEFAULT_MODEL"), configured };
}
