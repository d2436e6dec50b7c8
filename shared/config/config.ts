import type { RatePolicy } from "../domain/rate/lease.ts";

/** Everything an operator can set, fully resolved. Built once per isolate by `resolveConfig`. */
export interface Config {
  readonly version: string;
  /** Set by the local server: Host headers are checked against the listening address. Null when deployed. */
  readonly listenHost: string | null;
  readonly auth: "open" | "keys";
  readonly apiKeys: readonly ApiKey[];
  /** SHA-256 of the admin token in hex; null disables every admin route. */
  readonly adminTokenDigest: string | null;
  /** Origins that browsers may call from; `loopback` stands for any port of this machine. */
  readonly allowedOrigins: readonly string[];
  readonly showPrompts: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  readonly topology: TopologyConfig;
  readonly freshness: FreshnessConfig;
  readonly memory: MemoryConfig;
  readonly storage: StorageConfig;
  readonly limits: LimitsConfig;
  readonly bodies: BodyConfig;
  readonly upstream: UpstreamConfig;
  readonly semantic: SemanticConfig;
  readonly providers: ProvidersConfig;
}

/** One static client key: the tenant it belongs to and the SHA-256 of the key in hex. */
export interface ApiKey {
  readonly tenant: string;
  readonly digest: string;
}

export interface TopologyConfig {
  readonly shardCount: number;
  /** Shards one scope spreads over: 1…shardCount. */
  readonly scopeFanout: number;
}

export interface FreshnessConfig {
  readonly ttlSeconds: number;
  /** Null = no time-to-idle. */
  readonly ttiSeconds: number | null;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
}

export interface MemoryConfig {
  readonly l0TtlSeconds: number;
  readonly l0MaxBytes: number;
  readonly isolateMaxBytes: number;
}

export interface StorageConfig {
  readonly shardMaxBytes: number;
  readonly spillTtlSeconds: number;
  /** For the whole cluster; each shard may use its share. */
  readonly spillWritesPerDay: number;
}

export interface LimitsConfig {
  readonly user: RatePolicy;
  readonly tenant: RatePolicy;
  /** What an unreachable limiter means for a request that needs an upstream call. */
  readonly onLimiterFailure: "refuse" | "allow";
}

export interface BodyConfig {
  readonly maxBodyBytes: number;
  readonly maxEntryBytes: number;
}

export interface UpstreamConfig {
  readonly slots: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/** Answers by meaning. `optin` means: for requests that ask for it. */
export interface SemanticConfig {
  readonly mode: "on" | "optin" | "off";
  readonly embedder: EmbedderConfig;
  /** Largest share of look-alike questions that may be answered with another's answer. */
  readonly errorBound: number;
  /** Least cosine for everybody; callers may raise it. Null = the calibrated bands alone decide. */
  readonly minSimilarity: number | null;
  /** Who judges grey pairs and audits; null = nobody. */
  readonly judge: JudgeConfig | null;
}

export interface EmbedderConfig {
  readonly kind: "static" | "workers-ai" | "openai-compatible";
  /** Model name for the two that have models; "" for the embedded table. */
  readonly model: string;
  /** Components of a vector; asked for with the name `dimensions`. For `openai-compatible` only. */
  readonly dims: number;
  /** For `openai-compatible`. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
}

export interface JudgeConfig {
  readonly provider: string;
  readonly model: string;
  /** For each shard. */
  readonly callsPerHour: number;
  /** Share of answers served by meaning that are judged afterwards: 0…1. */
  readonly auditShare: number;
}

export interface ProvidersConfig {
  readonly default: string;
  /** Used when a request names no model; null = the provider's own default. */
  readonly defaultModel: string | null;
  readonly configured: readonly ProviderConfig[];
}

/** One provider that can be called. `apiKey` is null for servers without keys and for `demo`. */
export interface ProviderConfig {
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly defaultModel: string;
  /** Answers inside the process, without a network. */
  readonly embedded: boolean;
}
