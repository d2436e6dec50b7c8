import type { ShardHealth } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { ProviderConfig } from "../../../shared/config/config.ts";
import { providerHealth } from "../../../shared/domain/figures/provider-health.ts";
import { placedObjects } from "../../../shared/placement/placed-objects.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { withDeadline } from "../../../shared/time/deadline.ts";
import type { RequestContext } from "../request-context.ts";
import type { Isolate } from "../isolate.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { shardStub } from "../shards/shard-client.ts";

/** How long one round of checks is reused, in milliseconds. Monitoring may ask every second. */
const CHECK_EVERY_MS = 5000;
const CHECK_DEADLINE_MS = 2000;
/** Shards that are checked at most. Prompts spread evenly, so a few shards are a fair sample. */
const SAMPLED_SHARDS = 8;

interface TierState {
  /** `off`: not used. */
  readonly state: "ok" | "failing" | "off";
  /** `missing`: the binding is not configured. */
  readonly lastError: "timeout" | "unreachable" | "missing" | null;
}

/** State of a provider, from the outcomes of calls to it. `embedded`: the provider runs inside the Worker. */
interface ProviderState {
  readonly state: "ok" | "failing" | "idle" | "embedded";
  readonly lastAnswerAt: string | null;
  readonly lastError: { readonly at: string; readonly reason: string; readonly status: number | null } | null;
}

interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly tiers: {
    readonly memory: TierState;
    readonly shards: TierState;
    readonly kv: TierState;
    readonly limiter: TierState;
    readonly providers: Readonly<Record<string, ProviderState>>;
  };
}

/** Result of one check. */
interface Probe<Value> {
  readonly tier: TierState;
  /** Null when the check failed. */
  readonly value: Value | null;
}

const OK: TierState = { state: "ok", lastError: null };
const OFF: TierState = { state: "off", lastError: null };
const lastChecks = new WeakMap<Isolate, { readonly atMs: number; readonly health: Health }>();

/**
 * GET /admin/health: whether each tier answers. The status is 200 even when degraded, because requests are still
 * answered. The checks create the sampled shards and one limiter, if they do not exist yet.
 */
export async function checkTiers(_request: Request, context: RequestContext): Promise<Response> {
  const { isolate, startedMs } = context;
  const last = lastChecks.get(isolate);
  if (last !== undefined && Math.abs(startedMs - last.atMs) < CHECK_EVERY_MS) return jsonAnswer(last.health, context);
  const checked = await check(context);
  lastChecks.set(isolate, { atMs: startedMs, health: checked });
  return jsonAnswer(checked, context);
}

async function check(context: RequestContext): Promise<Health> {
  const { env, isolate, startedMs } = context;
  const { providers, placement, storage, topology, version } = isolate.config;
  const sample = Array.from({ length: Math.min(topology.shardCount, SAMPLED_SHARDS) }, (_, shard) => shard);
  const [shards, kv, limiter] = await Promise.all([
    Promise.all(sample.map((shard) => probe(env.CACHE_SHARD, () => shardStub(env, shard).health()))),
    storage.spillOutsideJurisdiction ? { tier: OFF } : probe(env.SPILL, (spill) => spill.get("health")),
    probe(env.RATE_LIMITER, (limiters) => placedObjects(limiters, placement).getByName("health").status()),
  ]);
  const seen = shards.flatMap(({ value }) => (value === null ? [] : [value]));
  const tiers = {
    memory: OK,
    shards: shards.find(({ tier }) => tier.state === "failing")?.tier ?? OK,
    kv: kv.tier,
    limiter: limiter.tier,
    providers: Object.fromEntries(providers.configured.map((provider) => [provider.name, providerState(provider, seen, startedMs)])),
  };
  const states = [tiers.shards, tiers.kv, tiers.limiter, ...Object.values(tiers.providers)].map(({ state }) => state);
  return { status: states.includes("failing") ? "degraded" : "ok", version, tiers };
}

function providerState(provider: ProviderConfig, shards: readonly ShardHealth[], nowMs: number): ProviderState {
  const records = shards.flatMap((shard) => shard.providers.filter((record) => record.provider === provider.name));
  const { state, lastAnswerMs, lastError } = providerHealth(records, nowMs);
  return {
    state: provider.embedded ? "embedded" : state,
    lastAnswerAt: lastAnswerMs === null ? null : new Date(lastAnswerMs).toISOString(),
    lastError:
      lastError === null ? null : { at: new Date(lastError.atMs).toISOString(), reason: lastError.reason, status: lastError.status },
  };
}

/** Runs one check within CHECK_DEADLINE_MS. Reports no error details, as the log has them. */
async function probe<Binding extends object, Value>(binding: Binding, ask: (binding: Binding) => Promise<Value>): Promise<Probe<Value>> {
  // The types promise every binding. A deployment may lack one all the same.
  if ((binding as Binding | undefined) === undefined) return failing("missing");
  try {
    const asked = ask(binding).then((value) => ({ value }));
    const answered = await withDeadline(systemClock, CHECK_DEADLINE_MS, asked, null);
    return answered === null ? failing("timeout") : { tier: OK, value: answered.value };
  } catch {
    return failing("unreachable");
  }
}

function failing(lastError: NonNullable<TierState["lastError"]>): Probe<never> {
  return { tier: { state: "failing", lastError }, value: null };
}
