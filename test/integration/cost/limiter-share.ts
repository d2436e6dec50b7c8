import type { Meter } from "./meter/meter.ts";
import { MeteredCluster, WORKER_CPU_MS } from "./meter/metered-cluster.ts";
import type { Metered } from "./meter/metered-share.ts";
import { metered, NOTHING, shareOfMore, together, withoutTables } from "./meter/metered-share.ts";
import { UPKEEP_TABLES } from "./shard-upkeep-share.ts";
import { NO_USAGE } from "./meter/usage.ts";

/** Requests per second of all users together, through one isolate. */
export const REQUESTS_PER_SECOND = 10;
/** A quiet user sends a request in this time. */
export const QUIET_GAP_MINUTES = 10;
/** Busy users, of whom each sends a request per second. */
export const BUSY_USERS = 10;
export const BUSY_BURST = 400;

const GAP_MS = 1000 / REQUESTS_PER_SECOND;
const QUIET_GAP_MS = QUIET_GAP_MINUTES * 60_000;
const QUIET_USERS = 150;
const WARM_UP = 100;
const BUSY_REQUESTS = 400;
/** After this long an idle isolate has returned its leases and sent its figures. */
const ISOLATE_IDLE_MS = 60_000;
const NEW_USERS = 20;
const BUCKETS_END_MS = 4 * 24 * 3_600_000;
/** Requests are answered from isolate memory, so that a request uses nothing else. */
const VARS = {
  SEMANTIC: "off",
  L0_TTL_SECONDS: "3600",
  CACHE_TTL_SECONDS: "2592000",
  TENANT_RATE_LIMIT_REQUESTS: "100000",
};
const ONE_REQUEST: Metered = { ...NOTHING, usage: { ...NO_USAGE, workerRequests: 1, workerCpuMs: WORKER_CPU_MS } };

export interface LimiterShares {
  /** Of a request of a user who comes now and then. */
  readonly quiet: Metered;
  /** Of a request of a user with steady traffic. */
  readonly busy: Metered;
  /** Of a user's first request beyond those of later ones, and of the deletion of the bucket a day after the last one. */
  readonly newUser: Metered;
}

/** What the limits of users and tenants use per request, besides the request itself. */
export async function measureLimiters(meter: Meter): Promise<LimiterShares> {
  const quiet = await measureQuiet(meter);
  return { quiet, busy: await measureBusy(meter), newUser: await measureNewUser(meter, quiet) };
}

async function newCluster(meter: Meter, vars: Readonly<Record<string, string>>): Promise<MeteredCluster> {
  const cluster = await MeteredCluster.create(meter, { ...VARS, ...vars });
  await cluster.ask("prompt", "first");
  await meter.advance(GAP_MS);
  return cluster;
}

/** One request of each user, at the pace of all users together. */
async function askEach(cluster: MeteredCluster, users: readonly string[]): Promise<void> {
  for (const user of users) {
    const outcome = await cluster.ask("prompt", user);
    if (outcome !== "HIT") throw new Error(outcome);
    await cluster.meter.advance(GAP_MS);
  }
}

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}

/** The platform evicts the bucket of a quiet user from memory between two requests. The tenant's stays. */
async function measureQuiet(meter: Meter): Promise<Metered> {
  const cluster = await newCluster(meter, {});
  const users = numbered("quiet", QUIET_USERS);
  await askEach(cluster, users);
  await meter.advance(QUIET_GAP_MS);
  for (const user of users) await cluster.evictLimiter(user);
  await askEach(cluster, users.slice(0, WARM_UP));
  const measured = users.slice(WARM_UP);
  return perRequest(await metered(meter, measured.length, () => askEach(cluster, measured)));
}

async function measureBusy(meter: Meter): Promise<Metered> {
  const cluster = await newCluster(meter, { RATE_LIMIT_REQUESTS: "10000", RATE_LIMIT_BURST: String(BUSY_BURST) });
  const users = numbered("busy", BUSY_USERS);
  const laps = (requests: number): string[] => Array.from({ length: requests }, (_, at) => users[at % BUSY_USERS] ?? "");
  await askEach(cluster, laps(BUSY_REQUESTS / 2));
  return perRequest(await metered(meter, BUSY_REQUESTS, () => askEach(cluster, laps(BUSY_REQUESTS))));
}

async function measureNewUser(meter: Meter, quiet: Metered): Promise<Metered> {
  const cluster = await newCluster(meter, {});
  await askEach(cluster, numbered("warm", WARM_UP));
  const users = numbered("new", NEW_USERS);
  const first = await metered(meter, NEW_USERS, () => askEach(cluster, users));
  await meter.advance(ISOLATE_IDLE_MS);
  cluster.forgetOthers(users);
  const deletion = await metered(meter, NEW_USERS, () => meter.advance(BUCKETS_END_MS));
  return withoutTables(together(shareOfMore(perRequest(first), quiet, 1), deletion), UPKEEP_TABLES);
}

function perRequest(request: Metered): Metered {
  return shareOfMore(request, ONE_REQUEST, 1);
}
