import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../../support/start-server.ts";
import type { BenchUpstream } from "../bench-upstream.ts";
import { startBenchUpstream } from "../bench-upstream.ts";
import type { BenchmarkOptions } from "../benchmark-options.ts";
import { ask, chatBody, CHAT_PATH, runtimePid, startProduct, store } from "../product.ts";
import type { BenchmarkReport, Figure } from "../report.ts";
import { plainFigure } from "../report.ts";
import { whileWatched } from "./runtime-watch.ts";
import type { Group } from "./seeded-groups.ts";
import { inspect, OLD_SECONDS, seedGroups, valueOf } from "./seeded-groups.ts";

const HOT_KEYS = 200;
const HOT = Array.from({ length: HOT_KEYS }, (_, index) => chatBody(`Hot question number ${index} of the benchmark.`));
const VARS = { SHARD_COUNT: "1", L0_TTL_SECONDS: "0", SHARD_MAX_BYTES: String(9 * 1024 ** 3), SEMANTIC: "off", SPILL_WRITES_PER_DAY: "0" };
/** Time of the measurement before each job, while nothing else runs: long enough for the collector's longest pause. */
const QUIET_MS = 15_000;
const POLL_MS = 20;
/** The longest job takes minutes. */
const JOB_TIMEOUT_MS = 15 * 60_000;
const MAX_HOLD_MS = 1000;
const MAX_GAP_MS = 50;
const MAX_P99_FACTOR = 2;
const MAX_P99_MORE_MS = 10;
/** The shard may hold this share of what it holds, so that the next entry starts an eviction of 2 %. */
const EVICTION_BOUND = 0.995;
const STATS_REQUESTS = 300;
/** Time from the reply to a purge, which is counted then, to the end of the process. */
const KILL_AFTER_MS = 50;

interface ShardBody {
  readonly entries: number;
  readonly databaseBytes: number;
  readonly pendingPurges: number;
  readonly evictions: number;
}

/** Measures what clients notice of the long jobs of a shard with a million entries (`--rows`). */
export async function fullShard({ rows }: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  const folder = await mkdtemp(join(tmpdir(), "refrain-bench-"));
  const dataDir = join(folder, "data");
  try {
    await seed(upstream, dataDir, rows);
    const figures = [
      ...(await jobsOfUpkeep(upstream, dataDir, rows)),
      ...(await purgeAndKill(upstream, dataDir)),
      ...(await eviction(upstream, dataDir)),
      ...(await rebalance(upstream, dataDir)),
    ];
    return { name: "full-shard", about: `what clients notice of long jobs in a shard of ${rows} entries`, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const MEMBERS = ["tagged", "tenant", "model", "scope", "old", "hard", "killed"] as const satisfies readonly Group[];

/** The stored question that belongs to a group. */
function member(group: Group): string {
  return chatBody(`The question of the group ${group}, please answer it.`);
}

async function seed(upstream: BenchUpstream, dataDir: string, rows: number): Promise<void> {
  const members = new Map<Group, string>();
  {
    await using server = await startProduct(upstream.url, VARS, dataDir);
    await store(server, [...HOT, ...MEMBERS.map(member)]);
    for (const group of MEMBERS) members.set(group, (await ask(server, member(group))).entry);
  }
  seedGroups(dataDir, rows, members);
}

async function jobsOfUpkeep(upstream: BenchUpstream, dataDir: string, rows: number): Promise<readonly Figure[]> {
  await using server = await startProduct(upstream.url, VARS, dataDir);
  const { entries } = await shardOf(server);
  if (entries < rows) throw new Error(`The shard has ${entries} entries.`);
  return [
    ...(await expirySweep(server)),
    ...(await purge(server, "tagged", { tag: valueOf("tagged") })),
    ...(await purge(server, "tenant", { tenant: valueOf("tenant") })),
    ...(await purge(server, "model", { model: valueOf("model") })),
    ...(await purge(server, "scope", { scope: valueOf("scope") })),
    ...(await purge(server, "old", { olderThanSeconds: OLD_SECONDS })),
    ...(await purge(server, "hard", { model: valueOf("hard"), mode: "hard" })),
    ...(await watched(server, "GET /stats and /admin/shards", async () => {
      for (let request = 0; request < STATS_REQUESTS; request++) {
        await admin(server, "GET", "/stats");
        await admin(server, "GET", "/admin/shards");
      }
    })),
  ];
}

/** Purges a group, and measures when its entries are no longer served, when they are counted and when they are freed. */
async function purge(server: TestServer, group: Group, selector: object): Promise<readonly Figure[]> {
  const what = `purge of ${group === "hard" ? "a model, hard" : `a group: ${group}`}`;
  const times = { holds: 0, counted: 0, freed: 0 };
  const { entries } = await shardOf(server);
  let purged = 0;
  const figures = await watched(server, what, async () => {
    const startMs = performance.now();
    const since = (): number => performance.now() - startMs;
    const replying = admin<{ readonly purged: number }>(server, "POST", "/admin/purge", selector);
    while (await isServed(server, member(group))) await sleep(POLL_MS);
    times.holds = since();
    ({ purged } = await replying);
    times.counted = since();
    await until(async () => (await shardOf(server)).pendingPurges === 0);
    times.freed = since();
  });
  const after = (await shardOf(server)).entries;
  if (entries - after !== purged || purged === 0) throw new Error(`${what}: ${entries} - ${purged} entries, but the shard holds ${after}.`);
  return [
    plainFigure(`${what}: holds after`, "ms", [times.holds], { is: "at most", value: MAX_HOLD_MS }),
    plainFigure(`${what}: ${purged} entries are counted after`, "ms", [times.counted]),
    plainFigure(`${what}: rows are freed after`, "ms", [times.freed]),
    ...figures,
  ];
}

/** The alarm frees expired rows. A purge of a key that has no entry sets the alarm, and does nothing else. */
async function expirySweep(server: TestServer): Promise<readonly Figure[]> {
  const { entries } = await shardOf(server);
  return watched(server, "expiry sweep", async () => {
    await admin(server, "POST", "/admin/purge", { key: "0".repeat(64) });
    let seen = entries;
    await until(async () => {
      const before = seen;
      ({ entries: seen } = await shardOf(server));
      await sleep(10 * POLL_MS);
      return seen < entries && seen === before;
    });
  });
}

/** Kills the process while it frees what a purge covers, and checks what the next one finds. */
async function purgeAndKill(upstream: BenchUpstream, dataDir: string): Promise<readonly Figure[]> {
  {
    const server = await startProduct(upstream.url, VARS, dataDir);
    await admin(server, "POST", "/admin/purge", { model: valueOf("killed") });
    await sleep(KILL_AFTER_MS);
    process.kill(await runtimePid(server), "SIGKILL");
    await server.kill();
  }
  const left = inspect(dataDir, "killed").rows;
  if (left === 0) throw new Error("The purge had ended before the process was killed.");
  const startMs = performance.now();
  {
    await using server = await startProduct(upstream.url, VARS, dataDir);
    if (await isServed(server, member("killed"))) throw new Error("A purged entry is served after a restart.");
    await until(async () => (await shardOf(server)).pendingPurges === 0);
  }
  const { rows, isExact } = inspect(dataDir, "killed");
  if (rows > 0 || !isExact) throw new Error(`After a restart: ${rows} purged rows, holdings exact: ${isExact}.`);
  return [plainFigure(`purge, killed with ${left} rows left: freed after the restart`, "ms", [performance.now() - startMs])];
}

async function eviction(upstream: BenchUpstream, dataDir: string): Promise<readonly Figure[]> {
  const bytes = await databaseBytes(upstream, dataDir);
  const vars = { ...VARS, SHARD_MAX_BYTES: String(Math.floor(bytes * EVICTION_BOUND)) };
  await using server = await startProduct(upstream.url, vars, dataDir);
  const { entries } = await shardOf(server);
  let seen = entries;
  const figures = await watched(server, "eviction of 2 % of the bytes", async () => {
    await ask(server, chatBody("One question more than the shard has room for."));
    await until(async () => {
      const before = seen;
      ({ entries: seen } = await shardOf(server));
      await sleep(10 * POLL_MS);
      return seen < entries && seen === before;
    });
  });
  return [...figures, plainFigure("eviction: entries evicted", "entries", [entries - seen])];
}

async function databaseBytes(upstream: BenchUpstream, dataDir: string): Promise<number> {
  await using server = await startProduct(upstream.url, VARS, dataDir);
  return (await shardOf(server)).databaseBytes;
}

/** One request of a rebalance after a second shard was added. It works for 20 s. */
async function rebalance(upstream: BenchUpstream, dataDir: string): Promise<readonly Figure[]> {
  await using server = await startProduct(upstream.url, { ...VARS, SHARD_COUNT: "2" }, dataDir);
  let moved = 0;
  const figures = await watched(server, "rebalance from one shard to two", async () => {
    ({ moved } = await admin<{ readonly moved: number }>(server, "POST", "/admin/rebalance", { previousShardCount: 1 }));
  });
  return [...figures, plainFigure("rebalance: entries moved by one request", "entries", [moved])];
}

/** Compares what clients notice during a job with what they notice just before it. */
async function watched(server: TestServer, what: string, job: () => Promise<unknown>): Promise<readonly Figure[]> {
  // After an eviction, or with another shard, some hot questions would be misses.
  const hot: string[] = [];
  for (const body of HOT) if (await isServed(server, body)) hot.push(body);
  const quiet = await whileWatched(server, hot, () => sleep(QUIET_MS));
  const busy = await whileWatched(server, hot, job);
  const more = Math.max(0, busy.longestGapMs - quiet.longestGapMs);
  return [
    plainFigure(`${what}: longest gap above the idle ${quiet.longestGapMs.toFixed(1)} ms`, "ms", [more], {
      is: "at most",
      value: MAX_GAP_MS,
    }),
    plainFigure(`${what}: most CPU time between two ticks (idle ${quiet.longestTurnMs.toFixed(1)} ms)`, "ms", [busy.longestTurnMs]),
    plainFigure(`${what}: p99 of ${busy.hits} hits (quiet ${quiet.hitP99Ms.toFixed(1)} ms)`, "ms", [busy.hitP99Ms], {
      is: "at most",
      value: MAX_P99_FACTOR * quiet.hitP99Ms + MAX_P99_MORE_MS,
    }),
  ];
}

async function isServed(server: TestServer, body: string): Promise<boolean> {
  const headers = { "content-type": "application/json", "cache-control": "only-if-cached" };
  const response = await fetch(`${server.url}${CHAT_PATH}`, { method: "POST", headers, body });
  await response.arrayBuffer();
  if (response.status !== 200 && response.status !== 504) throw new Error(`${response.status} for a request that only a hit may answer`);
  return response.status === 200;
}

async function shardOf(server: TestServer): Promise<ShardBody> {
  return admin(server, "GET", "/admin/shards/0");
}

async function admin<Body>(server: TestServer, method: string, path: string, body?: object): Promise<Body> {
  const headers = { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" };
  const response = await fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json<Body>();
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + JOB_TIMEOUT_MS;
  while (!(await reached())) {
    if (performance.now() > endMs) throw new Error("A job did not end.");
    await sleep(POLL_MS);
  }
}
