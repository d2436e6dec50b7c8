import type { LatencyCounts, ShardStats } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import { latencyQuantileMs } from "../../../shared/domain/figures/latency-histogram.ts";
import type { Traffic } from "../../../shared/domain/figures/traffic.ts";
import { addTraffic, emptyTraffic, hitRate } from "../../../shared/domain/figures/traffic.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { limitError } from "../answer/answer-request.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { authenticate, countFailedAdmin, isAdmin } from "../access/caller.ts";
import { askShards } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { sendIsolateReport } from "../figures/send-isolate-report.ts";

/**
 * GET /stats. The admin sees everything, and so does any caller while AUTH is `open`;
 * a client key sees its tenant's traffic. Only the admin's requests are exempt from the rate limit.
 */
export async function stats(request: Request, context: RequestContext): Promise<Response> {
  const { isolate, env } = context;
  const reader = readerOf(request, context);
  if (reader.kind === "refused") return errorAnswer(reader.error, "openai", context);
  if (reader.kind === "client") {
    // The request asks every shard, so it counts as one of the client's requests.
    const admission = await isolate.leases.admit({ ...reader.caller, nowMs: context.startedMs });
    if (admission.kind === "denied") return errorAnswer(limitError(admission, isolate), "openai", context, admission.user);
  }
  const { tenant } = reader;
  // The isolate may hold figures it has not reported yet. Sending them first makes the totals complete.
  await sendIsolateReport(isolate.traffic, env);
  const { answers, failed } = await askShards(env, isolate.config.topology.shardCount, (shard) => shard.stats(tenant));
  return jointAnswer(totals(answers, tenant), failed, context);
}

/** Who asks. `tenant`: whose figures the caller may see; null = all figures. */
type Reader =
  | { readonly kind: "admin"; readonly tenant: null }
  | { readonly kind: "client"; readonly tenant: string | null; readonly caller: { readonly tenant: string; readonly user: string } }
  | { readonly kind: "refused"; readonly error: CacheError };

function readerOf(request: Request, context: RequestContext): Reader {
  const { config, failedAuth, failedAdminAuth } = context.isolate;
  if (isAdmin(request.headers, config, failedAdminAuth, context.startedMs)) return { kind: "admin", tenant: null };
  const caller = authenticate(request.headers, config, failedAuth, context.startedMs);
  if (!caller.ok) {
    // Without this, a guesser could try admin tokens on this route without a limit.
    countFailedAdmin(request.headers, config, failedAdminAuth, context.startedMs);
    return { kind: "refused", error: caller.error };
  }
  const { tenant, fallbackUser: user } = caller.value;
  return { kind: "client", tenant: config.auth === "open" ? null : tenant, caller: { tenant, user } };
}

function totals(shards: readonly ShardStats[], tenant: string | null): object {
  const traffic: Traffic = emptyTraffic();
  for (const shard of shards) addTraffic(traffic, shard.traffic);
  const sum = (pick: (shard: ShardStats) => number): number => shards.reduce((total, shard) => total + pick(shard), 0);
  const { requests, hits, semantic, coalesced, stale, misses, bypasses, errors, tokensSaved } = traffic;
  const since = Math.min(...shards.map((shard) => shard.sinceMs));
  return {
    requests,
    hits,
    semantic,
    coalesced,
    stale,
    misses,
    bypasses,
    errors,
    hitRate: hitRate(traffic),
    entries: sum((shard) => shard.entries),
    spilledEntries: sum((shard) => shard.spilledEntries),
    bytes: sum((shard) => shard.bytes),
    // Figures of the whole cluster are not shown to a single tenant.
    ...(tenant === null ? clusterFigures(shards, sum) : {}),
    tokensSaved,
    // Model prices are not configured, so there is no figure to report.
    usdSaved: null,
    latency: { hit: quantiles(shards, "hit"), miss: quantiles(shards, "miss") },
    since: shards.length === 0 ? null : new Date(since).toISOString(),
  };
}

function clusterFigures(shards: readonly ShardStats[], sum: (pick: (shard: ShardStats) => number) => number): object {
  return {
    evictions: sum((shard) => shard.evictions),
    spills: sum((shard) => shard.spills),
    promotions: sum((shard) => shard.promotions),
    semanticDecisions: semanticCounts(shards),
  };
}

/** Counters of the semantic layer, summed over the shards, since their objects started. */
function semanticCounts(shards: readonly ShardStats[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { semantic } of shards) for (const { counter, count } of semantic) sums[counter] = (sums[counter] ?? 0) + count;
  return sums;
}

/** Quantiles of the time until an answer begins, in milliseconds: the upper edge of the bucket. */
function quantiles(shards: readonly ShardStats[], kind: keyof LatencyCounts): object {
  const counts: number[] = [];
  for (const shard of shards) for (const [bucket, count] of shard.latency[kind].entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
  return { p50: latencyQuantileMs(counts, 0.5), p95: latencyQuantileMs(counts, 0.95), p99: latencyQuantileMs(counts, 0.99) };
}
