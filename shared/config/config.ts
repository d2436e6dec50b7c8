import type { RatePolicy } from "../domain/rate/lease-messages.ts";

/** Everything an operator can set, fully resolved. Built once per isolate by `resolveConfig`. */
export interface Config {
  readonly version: string;
  /** Address the local server listens on, against which Host headers are checked. Null when deployed. */
  readonly listenHost: string | null;
  readonly auth: "open" | "keys";
  readonly apiKeys: readonly ApiKey[];
  /** SHA-256 of the admin token in hex; null disables every admin route. */
  readonly adminTokenDigest: string | null;
  /** Origins that browsers may call from. `loopback` allows every loopback origin, on any port. */
  readonly allowedOrigins: readonly string[];
  readonly showPrompts: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  readonly topology: TopologyConfig;
  readonly placement: PlacementConfig;
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
  /** Number of shards that one scope spreads over: 1…shardCount. */
  readonly scopeFanout: number;
}

/** Where Durable Objects are created. An object never moves, so a change concerns only objects that do not exist yet. */
export interface PlacementConfig {
  /** Where objects run and store data; null = anywhere. The same name is another object in another jurisdiction. */
  readonly jurisdiction: Jurisdiction | null;
  /** Hint for new objects; null = near the request that creates them. */
  readonly location: Location | null;
}

export type Jurisdiction = "eu" | "us" | "fedramp";

export type Location = "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "apac-ne" | "apac-se" | "oc" | "afr" | "me";

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
  /** For the whole cluster; each shard gets an equal share. 0 when spilling is off. */
  readonly spillWritesPerDay: number;
  /** True when spilling is off because SPILL_JURISDICTION does not say that KV is in the jurisdiction. */
  readonly spillOutsideJurisdiction: boolean;
}

export interface LimitsConfig {
  readonly user: RatePolicy;
  readonly tenant: RatePolicy;
  /** What happens to a request that needs an upstream call while the limiter is unreachable. */
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

/** Semantic hits. With mode `optin` only requests that ask for similarity search get them. */
export interface SemanticConfig {
  readonly mode: "on" | "optin" | "off";
  readonly embedder: EmbedderConfig;
  /** Largest share of look-alike questions that may be served another question's answer: 0.0001…0.5. */
  readonly errorBound: number;
  /** Least cosine for all callers; a caller may raise it. Null = only the calibrated score thresholds decide. */
  readonly minSimilarity: number | null;
  /** The model that judges grey pairs and audits semantic hits; null = no judge. */
  readonly judge: JudgeConfig | null;
}

export interface EmbedderConfig {
  readonly kind: "static" | "workers-ai" | "openai-compatible";
  /** Model name; "" for `static`. */
  readonly model: string;
  /** Components of a vector. For `openai-compatible` it is sent as `dimensions`; for `static` it is 0. */
  readonly dims: number;
  /** For `openai-compatible`. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
}

export interface JudgeConfig {
  readonly provider: string;
  readonly model: string;
  /** Judge calls that each shard may make per hour. */
  readonly callsPerHour: number;
  /** Share of semantic hits that the judge audits after they were served: 0…1. */
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
  /** True when the provider runs inside the Worker and needs no network. */
  readonly embedded: boolean;
}
