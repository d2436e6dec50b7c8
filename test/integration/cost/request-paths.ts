import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { StaticTableLoader } from "../../../durable-objects/cache-shard/semantic/embedding/static-table-loader.ts";
import type { Meter } from "./meter/meter.ts";
import { MeteredCluster } from "./meter/metered-cluster.ts";
import { UPKEEP_TABLES } from "./shard-upkeep-share.ts";
import type { Metered } from "./meter/metered-share.ts";
import { metered, shareOfMore, withoutTables } from "./meter/metered-share.ts";

/** How a request may be answered, and what its entry costs later. */
export type Path =
  | "memory hit"
  | "shard hit"
  | "coalesced"
  | "exact miss"
  | "exact removal"
  | "semantic hit"
  | "semantic miss"
  | "semantic removal";

const REQUESTS = 32;
/** Hits of each of some entries: just so many that the entries' rows get them, which is the most expensive case. */
const HIT_ENTRIES = 8;
const HIT_ROUNDS = 32;
const FLIGHTS = 4;
/** How long the provider streams an answer to a flight. */
const STREAM_MS = 1000;
/** Time after a stream in which a timer would be seen. */
const AFTER_STREAM_MS = 600_000;
const FOLLOWERS = 8;
/** Entries of one shard in a sweep, so that what a sweep costs once is shared as in steady traffic. */
const EXPIRING = 100;
const SERVINGS_END_MS = 3 * 24 * 3_600_000;
const ENTRIES_END_MS = 26 * 3_600_000;
const NO_LIMITS = { RATE_LIMIT_REQUESTS: "unlimited", TENANT_RATE_LIMIT_REQUESTS: "unlimited" };
const EXACT = { ...NO_LIMITS, SEMANTIC: "off" };
const SEMANTIC = { ...NO_LIMITS, SEMANTIC: "on" };
const USER = "ann";
const QUESTION = "How do I repair the zipper of tent number";

/** What one request of each path uses, without limiters and without the upkeep of shards. */
export async function measurePaths(meter: Meter): Promise<Readonly<Record<Path, Metered>>> {
  await loadTable();
  const exact = await measureExact(meter);
  const semantic = await measureSemantic(meter);
  const measured: Readonly<Record<Path, Metered>> = {
    "memory hit": await measureMemory(meter),
    "shard hit": await measureHit(meter),
    coalesced: await measureCoalesced(meter),
    "exact miss": exact.miss,
    "exact removal": await measureRemoval(meter, EXACT),
    "semantic hit": semantic.hit,
    "semantic miss": semantic.miss,
    "semantic removal": await measureRemoval(meter, SEMANTIC),
  };
  const own = Object.entries(measured).map(([path, used]) => [path, withoutTables(used, UPKEEP_TABLES)]);
  return Object.fromEntries(own) as Readonly<Record<Path, Metered>>; // the same names
}

/** Objects of an isolate share the embedder's table. Reading it takes real time, in which the fake clock stands still. */
export async function loadTable(): Promise<void> {
  await runInDurableObject(env.CACHE_SHARD.getByName("meter-probe") as DurableObjectStub, () => new StaticTableLoader(env.ASSETS).load());
}

async function askAll(cluster: MeteredCluster, prompts: readonly string[], outcome: string): Promise<void> {
  for (const prompt of prompts) {
    const answered = await cluster.ask(prompt, USER);
    if (answered !== outcome) throw new Error(`${prompt}: ${answered}, not ${outcome}`);
  }
}

function numbered(text: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${text} ${at + 1}`);
}

async function measureMemory(meter: Meter): Promise<Metered> {
  const cluster = await MeteredCluster.create(meter, EXACT);
  const prompts = numbered("prompt", REQUESTS);
  await askAll(cluster, prompts, "MISS");
  return metered(meter, REQUESTS, () => askAll(cluster, prompts, "HIT"));
}

/** Both runs write the figures of all shards once, which is part of the upkeep. */
async function measureHit(meter: Meter): Promise<Metered> {
  const cluster = await MeteredCluster.create(meter, { ...EXACT, L0_TTL_SECONDS: "0" });
  const prompts = numbered("prompt", HIT_ENTRIES);
  await cluster.warmUp();
  await askAll(cluster, prompts, "MISS");
  const hit = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) await askAll(cluster, prompts, "HIT");
    await cluster.writeFigures();
  };
  const few = await metered(meter, 1, () => hit(1));
  const many = await metered(meter, 1, () => hit(HIT_ROUNDS));
  return shareOfMore(many, few, HIT_ENTRIES * (HIT_ROUNDS - 1));
}

async function measureExact(meter: Meter): Promise<{ readonly miss: Metered }> {
  const cluster = await MeteredCluster.create(meter, EXACT);
  await cluster.warmUp();
  return { miss: await metered(meter, REQUESTS, () => askAll(cluster, numbered("prompt", REQUESTS), "MISS")) };
}

/** What a follower uses: the difference between flights with followers and without. */
async function measureCoalesced(meter: Meter): Promise<Metered> {
  const cluster = await MeteredCluster.create(meter, EXACT);
  await cluster.warmUp();
  const alone = await metered(meter, 1, () => fly(cluster, "alone", 0));
  const followed = await metered(meter, 1, () => fly(cluster, "followed", FOLLOWERS));
  return shareOfMore(followed, alone, FLIGHTS * FOLLOWERS);
}

/** Flights of which each has a leader and some followers. */
async function fly(cluster: MeteredCluster, name: string, followers: number): Promise<void> {
  const { meter } = cluster;
  cluster.answerWithin(STREAM_MS);
  for (const prompt of numbered(name, FLIGHTS)) {
    const asked = Array.from({ length: 1 + followers }, () => cluster.ask(prompt, USER));
    await meter.untilCalls("CACHE_SHARD", asked.length);
    await meter.advance(STREAM_MS);
    const outcomes = await Promise.all(asked);
    if (outcomes.filter((outcome) => outcome === "COALESCED").length !== followers) throw new Error(outcomes.join());
  }
}

/** A semantic hit includes the deletion of its record, two days later. */
async function measureSemantic(meter: Meter): Promise<{ readonly hit: Metered; readonly miss: Metered }> {
  const cluster = await MeteredCluster.create(meter, { ...SEMANTIC, CACHE_TTL_SECONDS: String((8 * SERVINGS_END_MS) / 1000) });
  const questions = numbered(QUESTION, REQUESTS);
  await cluster.warmUp();
  const miss = await metered(meter, REQUESTS, () => askAll(cluster, questions, "MISS"));
  const repeats = questions.map((question) => `${question.toLowerCase()}?`);
  const serve = async (asked: readonly string[]): Promise<void> => {
    await askAll(cluster, asked, "SEMANTIC");
    await cluster.writeFigures();
    await meter.advance(SERVINGS_END_MS);
    await cluster.sweep();
  };
  await serve(repeats.slice(0, 1));
  const few = await metered(meter, 1, () => serve(repeats.slice(0, HIT_ENTRIES)));
  const many = await metered(meter, 1, () => serve(repeats));
  return { miss, hit: shareOfMore(many, few, REQUESTS - HIT_ENTRIES) };
}

/** Seconds in which a shard stays awake for one answer that the provider streams for so long. */
export async function measureStream(meter: Meter, streamMs: number): Promise<number> {
  const cluster = await MeteredCluster.create(meter, EXACT);
  await cluster.warmUp();
  cluster.answerWithin(streamMs);
  const { usage } = await metered(meter, 1, async () => {
    const asked = cluster.ask("a question with a long answer", USER, { stream: true });
    await meter.untilCalls("CACHE_SHARD", 1);
    await meter.advance(streamMs + AFTER_STREAM_MS);
    await asked;
  });
  return usage.objectSeconds;
}

/** What freeing an entry after its expiry uses. */
async function measureRemoval(meter: Meter, vars: Readonly<Record<string, string>>): Promise<Metered> {
  const cluster = await MeteredCluster.create(meter, { ...vars, SHARD_COUNT: "1" });
  await askAll(cluster, numbered(QUESTION, EXPIRING), "MISS");
  return metered(meter, EXPIRING, () => meter.advance(ENTRIES_END_MS));
}
