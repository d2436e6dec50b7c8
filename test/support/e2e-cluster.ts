import { setImmediate as nextTurn } from "node:timers/promises";
import { postChat } from "./chat-client.ts";
import { startServer } from "./start-server.ts";
import type { TestServer } from "./start-server.ts";
import { startUpstream } from "./start-upstream.ts";
import type { RecordedCall, TestUpstream, UpstreamPlan } from "./start-upstream.ts";

/** Longest wait for an expected state, in milliseconds. */
const SETTLE_MS = 20_000;

/** Default settings of the tests: no limits, no semantic hits. */
export const QUIET_VARS = { RATE_LIMIT_REQUESTS: "unlimited", SEMANTIC: "off" } as const;

/** The part of `GET /admin/shards/:shard` that tests use. */
export interface ShardView {
  readonly shard: number;
  readonly entries: number;
  readonly bytes: number;
  readonly databaseBytes: number;
  readonly sequence: number;
  readonly flights: number;
  readonly residentEntries: number;
  readonly spilledEntries: number;
  readonly ramEntries: number;
  readonly ramBytes: number;
  readonly isolateBytes: number;
  readonly subscribers: number;
  readonly upstreamActive: number;
  readonly upstreamQueued: number;
  readonly spills: number;
  readonly promotions: number;
  readonly evictions: number;
  readonly fencedCommits: number;
  readonly kvErrors: number;
}

/** A real server in front of a scripted upstream. */
export interface TestCluster extends AsyncDisposable {
  readonly server: TestServer;
  readonly upstream: TestUpstream;
  readonly url: string;
  /** Posts one user prompt. */
  ask(prompt: string, more?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Calls an admin route with the admin token. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** Details of all shards. */
  shards(): Promise<readonly ShardView[]>;
  /** Polls the shards until the condition holds. Throws with the last state after 20 s. */
  settle(wanted: (shards: readonly ShardView[]) => boolean): Promise<readonly ShardView[]>;
}

export interface ClusterOptions {
  readonly vars?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  readonly script?: (call: RecordedCall, index: number) => UpstreamPlan;
}

/** Starts an upstream and a server. `SHARD_COUNT` is 8 unless set. */
export async function startTestCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const upstream = await startUpstream(options.script);
  const vars = { ...QUIET_VARS, OPENAI_BASE_URL: upstream.baseUrl, ...options.vars };
  const server = await startServer(options.dataDir === undefined ? { vars } : { vars, dataDir: options.dataDir });
  const shardCount = Number(options.vars?.["SHARD_COUNT"] ?? "8");

  const admin = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const shards = async (): Promise<readonly ShardView[]> =>
    Promise.all(
      Array.from({ length: shardCount }, async (_, shard) => {
        const response = await admin("GET", `/admin/shards/${shard}`);
        return response.json<ShardView>();
      }),
    );
  return {
    server,
    upstream,
    url: server.url,
    ask: (prompt, more = {}, headers = {}) =>
      postChat(server.url, { model: "test-model", messages: [{ role: "user", content: prompt }], ...more }, headers),
    admin,
    shards,
    async settle(wanted) {
      const deadline = AbortSignal.timeout(SETTLE_MS);
      for (;;) {
        const seen = await shards();
        if (wanted(seen)) return seen;
        if (deadline.aborted) throw new Error(`The shards did not settle: ${JSON.stringify(seen)}`);
        await nextTurn();
      }
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await upstream.stop();
    },
  };
}

/** Sum of one figure over all shards. */
export function sumOf(shards: readonly ShardView[], figure: keyof ShardView): number {
  return shards.reduce((sum, shard) => sum + shard[figure], 0);
}

/** Value of `refrain-cache`: `HIT`, `MISS`, … */
export function outcomeOf(response: Response): string {
  return response.headers.get("refrain-cache") ?? `none (${response.status})`;
}
