import type { Config, PlacementConfig, ProviderConfig } from "../../../shared/config/config.ts";
import { versionIdOf } from "../../../shared/report/log-line.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import type { RequestContext } from "../request-context.ts";

/** `bound`: the binding is configured. `off`: the tier is not used, so a missing binding does not matter. */
type BindingState = "bound" | "missing" | "off";

interface Health {
  /** `degraded`: a binding that the configuration needs is missing. */
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly versionId: string | null;
  readonly placement: PlacementConfig;
  readonly tiers: {
    readonly memory: { readonly state: "ok" };
    readonly shards: { readonly state: BindingState };
    readonly kv: { readonly state: BindingState };
    readonly limiter: { readonly state: BindingState };
    readonly embedder: { readonly state: BindingState | "configured" };
    readonly providers: Readonly<Record<string, { readonly state: "configured" | "embedded" }>>;
  };
}

/**
 * GET /health: what the Worker knows by itself. Anyone may call it, at any rate, so it calls nothing. Above all it asks
 * no Durable Object: the first request to an object creates it near the caller, where it then stays.
 */
export function health(_request: Request, context: RequestContext): Response {
  return jsonAnswer(healthOf(context.env, context.isolate.config), context);
}

function healthOf(env: Env, config: Config): Health {
  const tiers = {
    memory: { state: "ok" },
    shards: { state: stateOf(env.CACHE_SHARD) },
    kv: { state: config.storage.spillWritesPerDay === 0 ? "off" : stateOf(env.SPILL) },
    limiter: { state: stateOf(env.RATE_LIMITER) },
    embedder: { state: embedderState(env, config) },
    providers: Object.fromEntries(config.providers.configured.map((provider) => [provider.name, providerState(provider)])),
  } as const;
  const states = [tiers.shards, tiers.kv, tiers.limiter, tiers.embedder].map(({ state }) => state);
  return {
    status: states.includes("missing") ? "degraded" : "ok",
    version: config.version,
    versionId: versionIdOf(env),
    placement: config.placement,
    tiers,
  };
}

/** The types promise every binding. A deployment may lack one all the same. */
function stateOf(binding: object | undefined): "bound" | "missing" {
  return binding === undefined ? "missing" : "bound";
}

function embedderState(env: Env, { semantic }: Config): BindingState | "configured" {
  if (semantic.mode === "off") return "off";
  switch (semantic.embedder.kind) {
    case "static":
      return stateOf(env.ASSETS);
    case "workers-ai":
      return stateOf(env.AI);
    case "openai-compatible":
      return "configured";
  }
}

function providerState({ embedded }: ProviderConfig): { readonly state: "configured" | "embedded" } {
  return { state: embedded ? "embedded" : "configured" };
}
